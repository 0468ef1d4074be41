"""The chart as tests see it: rendered by Helm's own engine, its objects found by kind and name.

Here belongs rendering and finding. Not here: what is promised of the objects.
"""

import copy
import pathlib
import shutil
import tempfile

import helm_python as helm
import yaml

REPO = pathlib.Path(__file__).resolve().parents[2]
CHART = REPO / "helm"
EXAMPLES = {path.stem: path for path in sorted((CHART / "examples").glob("*.yaml")) if "database" not in path.stem}


def example(name, **changes):
    """Values of an example; a change is a path with `__` between its keys: `database__pool=4`."""
    values = yaml.safe_load(EXAMPLES[name].read_text())
    for path, value in changes.items():
        *way, last = path.split("__")
        place = values
        for key in way:
            place = place.setdefault(key, {})
        place[last] = copy.deepcopy(value)
    return values


def everything():
    """The production example with every switch on that it leaves off: each line of the chart is rendered."""
    return example(
        "production",
        policy="p, municipal, register, own\n",
        authorities={"configMap": "attest-authorities"},
        oidc__inner=True,
        s3__sealBucket="attest-vault",
        server__nodeSelector={"role": "web"},
        server__tolerations=[{"key": "web", "operator": "Exists"}],
        worker__nodeSelector={"role": "work"},
        worker__tolerations=[{"key": "work", "operator": "Exists"}],
    )


def cases():
    """Every set of values whose objects are looked at, by name."""
    return {name: example(name) for name in EXAMPLES} | {
        "everything": everything(),
        "clamd elsewhere": example(
            "small",
            clamav__address="tcp://10.0.0.10:3310",
            network__clamd={"to": [{"ipBlock": {"cidr": "10.0.0.10/32"}}]},
        ),
    }


class Objects(list):
    """What was rendered."""

    def of(self, kind):
        return [each for each in self if each["kind"] == kind]

    def pods(self):
        """(part, pod's metadata, pod's spec) of everything that makes pods."""
        for each in self:
            template = {
                "Deployment": lambda: each["spec"]["template"],
                "Job": lambda: each["spec"]["template"],
                "CronJob": lambda: each["spec"]["jobTemplate"]["spec"]["template"],
            }.get(each["kind"])
            if template:
                yield (
                    each["metadata"]["labels"]["app.kubernetes.io/component"],
                    template()["metadata"],
                    template()["spec"],
                )

    def containers(self):
        """(part, container)"""
        for part, _, spec in self.pods():
            for container in spec.get("initContainers", []) + spec["containers"]:
                yield part, container


def render(values, chart=CHART):
    with helm.Chart.load(str(chart)) as loaded:
        texts = loaded.render(values, name="attest", namespace="attest")
    objects = Objects()
    for name, text in texts.items():
        if not name.endswith("NOTES.txt"):
            objects += [each for each in yaml.load_all(text, yaml.CSafeLoader) if each]
    return objects


def refusal(values):
    """The words a chart refuses values with; None if it takes them."""
    try:
        render(values)
    except helm.HelmError as error:
        return str(error)
    return None


class Worse:
    """A copy of the chart, made worse in one place: what a check has to see."""

    def __init__(self, file, good, bad):
        self.file, self.good, self.bad = file, good, bad

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        chart = pathlib.Path(self.folder.name) / "attest"
        shutil.copytree(CHART, chart)
        text = (chart / self.file).read_text()
        assert self.good in text, f"{self.file} has no «{self.good}»"
        (chart / self.file).write_text(text.replace(self.good, self.bad))
        return chart

    def __exit__(self, *_):
        self.folder.cleanup()


def settings_of(container):
    """Its environment, a secret as the pair (NAME_FILE, path)."""
    return {each["name"]: each.get("value", "") for each in container.get("env", [])}


def secrets_of(spec, container):
    """Names of the Secrets a container can read, whichever way it is given them; a certificate alone is none."""
    found = set()
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container.get("volumeMounts", []):
        volume = volumes[mount["name"]]
        if "secret" in volume and [item["path"] for item in volume["secret"].get("items", [])] != ["ca.crt"]:
            found.add(volume["secret"]["secretName"])
        for source in volume.get("projected", {}).get("sources", []):
            found.add(source["secret"]["name"])
    for each in container.get("env", []):
        if "valueFrom" in each:
            found.add(each["valueFrom"].get("secretKeyRef", {}).get("name", "?"))
    for each in container.get("envFrom", []):
        found.add(each.get("secretRef", {}).get("name", "?"))
    return found
