"""What is promised of the rendered objects: each function gives the breaches it finds, in words.

SEC-90 restricted pods, SEC-91 the network, SEC-92 whose secrets, SEC-94 what is not exposed.
"""

from chart import secrets_of, settings_of
from reach import Address, Pod, reaches

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}

# Every Secret of the defaults, by the container that may read it.
HELD = {
    ("server", "server"): {
        *(f"attest-db-{role}" for role in ("tenant", "expert", "operator", "admin", "auth", "public")),
        "attest-redis",
        "attest-link",
        "attest-s3-server",
        "attest-oidc",
    },
    ("worker", "worker"): {"attest-db-worker", "attest-link", "attest-seal", "attest-s3-worker", "attest-mail"},
    ("migrate", "migrate"): {"attest-db-migrator"},
    ("migrate", "reference"): {"attest-db-admin", "attest-db-auth", "attest-link", "attest-s3-server"},
    ("verify", "verify"): {
        "attest-db-admin",
        "attest-db-auth",
        "attest-db-worker",
        "attest-link",
        "attest-seal",
        "attest-s3-worker",
    },
}


def sec_90(objects):
    """The restricted Pod Security Standard, and beyond it a read-only root, limits and no token."""
    found = []
    for each in objects.of("ServiceAccount"):
        if each.get("automountServiceAccountToken") is not False:
            found.append(f"{each['metadata']['name']}: токен учётной записи монтируется")
    for part, _, spec in objects.pods():
        found += [f"{part}: {problem}" for problem in _pod(spec)]
        for container in spec.get("initContainers", []) + spec["containers"]:
            found += [f"{part}/{container['name']}: {problem}" for problem in _container(container)]
    return found


def _pod(spec):
    security = spec.get("securityContext", {})
    if spec.get("automountServiceAccountToken") is not False:
        yield "токен учётной записи монтируется"
    if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")) or security.get("sysctls"):
        yield "пользуется узлом"
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        yield "может быть root"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "seccomp не RuntimeDefault"
    for volume in spec.get("volumes", []):
        (kind,) = set(volume) - {"name"}
        if kind not in VOLUMES:
            yield f"том {volume['name']}: {kind}"
        if kind == "emptyDir" and "sizeLimit" not in volume["emptyDir"]:
            yield f"том {volume['name']} без предела"


def _container(container):
    security = container.get("securityContext", {})
    if security.get("privileged") or security.get("procMount") or "runAsUser" in security:
        yield "особые права"
    if security.get("allowPrivilegeEscalation") is not False:
        yield "может получить больше прав"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "не отдала все capabilities"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "пишет в корень"
    for amount in ("cpu", "memory", "ephemeral-storage"):
        if amount not in container.get("resources", {}).get("limits", {}):
            yield f"без предела {amount}"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "порт узла"
    if container["image"].endswith(":latest") or not {":", "@"} & set(container["image"].rsplit("/", 1)[-1]):
        yield "образ без версии"


# --- SEC-91, for the production example -------------------------------------------------------------

PLACES = {
    "pooler": (Pod("attest", {"cnpg.io/poolerName": "attest-pooler"}), 5432),
    "postgres": (Pod("attest", {"cnpg.io/cluster": "attest-pg"}), 5432),
    "redis": (Pod("redis", {"app.kubernetes.io/name": "redis"}), 6379),
    "internet": (Address("198.51.100.7"), 443),
    "internet in the open": (Address("198.51.100.7"), 80),
    "mail": (Address("203.0.113.25"), 465),
    "collector": (Pod("observability", {}), 4317),
    "dns": (Pod("kube-system", {"k8s-app": "kube-dns"}), 53),
    "metadata": (Address("169.254.169.254"), 80),
    "metadata, encrypted": (Address("169.254.169.254"), 443),
    "API of the cluster": (Address("10.96.0.1"), 443),
    "a node": (Address("192.168.1.10"), 443),
    "a neighbour": (Pod("other", {"app": "other"}), 443),
    "a neighbour in the namespace": (Pod("attest", {"app": "other"}), 5432),
}
DATABASE = {"pooler", "postgres"}
OUT = {
    "server": DATABASE | {"redis", "internet", "collector", "dns"},
    "worker": DATABASE | {"internet", "mail", "collector", "dns"},
    "migrate": DATABASE | {"dns"},
    "verify": DATABASE | {"internet", "dns"},
    "clamd": {"internet", "dns"},
}
# (from, part, port): everything else is refused, tried with every other pair below.
IN = {("ingress", "server", 8080), ("worker", "clamd", 3310)}


def sec_91(objects):
    """Nothing in and nothing out but what each part works with, and never a cloud's metadata."""
    found = []
    pods = {part: Pod("attest", metadata["labels"]) for part, metadata, _ in objects.pods()}
    for part, pod in pods.items():
        for name, (place, port) in PLACES.items():
            may = reaches(objects, pod, place, port)
            if may != (name in OUT[part]):
                found.append(f"{part} → {name}: {'открыто' if may else 'закрыто'}")
    callers = pods | {"ingress": Pod("traefik", {}), "neighbour": Pod("other", {}), "outside": Address("198.51.100.7")}
    for caller, pod in callers.items():
        for part in pods:
            for port in (8080, 8081, 3310):
                may = reaches(objects, pod, pods[part], port)
                if may != ((caller, part, port) in IN):
                    found.append(f"{caller} → {part}:{port}: {'открыто' if may else 'закрыто'}")
    return found


# --- SEC-92 -----------------------------------------------------------------------------------------


def sec_92(objects):
    """Each container reads the Secrets of its class and no other, as files, and nothing shows one."""
    found = [f"{each['metadata']['name']}: Secret в самом чарте" for each in objects.of("Secret")]
    for part, _, spec in objects.pods():
        for container in spec.get("initContainers", []) + spec["containers"]:
            who = f"{part}/{container['name']}"
            held = secrets_of(spec, container)
            foreign = held - HELD.get((part, container["name"]), set())
            missing = HELD.get((part, container["name"]), set()) - held - {"attest-oidc"}
            found += [f"{who}: чужой Secret {name}" for name in sorted(foreign)]
            found += [f"{who}: нет Secret {name}" for name in sorted(missing)]
            if any("valueFrom" in each for each in container.get("env", [])) or container.get("envFrom"):
                found.append(f"{who}: секрет в окружении")
            mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
            for name, value in settings_of(container).items():
                if name.endswith("_FILE") and value.startswith("/run/secrets/"):
                    folder, _, file = value.rpartition("/")
                    if not mounts.get(folder, {}).get("readOnly"):
                        found.append(f"{who}: {folder} не смонтирован или пишется")
                if "://" in value and ("@" in value or value.startswith(("postgres", "redis", "smtp"))):
                    found.append(f"{who}: {name} с паролем в манифесте")
        for volume in spec["volumes"]:
            projected = volume.get("projected") or volume.get("secret")
            if projected and projected.get("defaultMode") != 0o440:
                found.append(f"{part}: файлы {volume['name']} читает кто угодно")
    return found


# --- SEC-94 -----------------------------------------------------------------------------------------


def sec_94(objects):
    """Health has a listener of its own, which no Service, Ingress or network rule leads to."""
    found = []
    for _, container in objects.containers():
        settings, ports = settings_of(container), {p["name"]: p["containerPort"] for p in container.get("ports", [])}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            if "httpGet" in container.get(probe, {}) and container[probe]["httpGet"]["port"] != "health":
                found.append(f"{container['name']}: {probe} ходит не на порт проверок")
        listen, health = settings.get("ATTEST_LISTEN"), settings.get("ATTEST_HEALTH_LISTEN")
        if health and (health == listen or not health.endswith(f":{ports['health']}")):
            found.append(f"{container['name']}: проверки отвечают не на своём порту")
    for service in objects.of("Service"):
        for port in service["spec"]["ports"]:
            if port["targetPort"] in ("health", 8081) or service["spec"].get("type", "ClusterIP") != "ClusterIP":
                found.append(f"Service {service['metadata']['name']}: наружу {port['targetPort']}")
    for ingress in objects.of("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                if (backend["name"], backend["port"]) != ("attest-server", {"name": "http"}):
                    found.append(f"Ingress {rule['host']}{path['path']} ведёт в {backend}")
    return found
