"""The promises hold for every set of values, and each breach made on purpose is seen."""

import unittest

import promises
from chart import Worse, cases, example, render

# What is made worse: (promise, file, what stands there, what would stand there).
BREACHES = [
    (promises.sec_90, "templates/_pod.tpl", "runAsNonRoot: true", "runAsNonRoot: false"),
    (promises.sec_90, "templates/_pod.tpl", "runAsUser: 65532", "runAsUser: 0"),
    (promises.sec_90, "templates/_pod.tpl", "type: RuntimeDefault", "type: Unconfined"),
    (promises.sec_90, "templates/_pod.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
    (promises.sec_90, "templates/_pod.tpl", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
    (promises.sec_90, "templates/_pod.tpl", "drop: [ALL]", "drop: [NET_RAW]"),
    (
        promises.sec_90,
        "templates/_pod.tpl",
        "automountServiceAccountToken: false\nenable",
        "automountServiceAccountToken: true\nenable",
    ),
    (
        promises.sec_90,
        "templates/migrate.yaml",
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: true",
    ),
    (promises.sec_90, "templates/_settings.tpl", "emptyDir: { sizeLimit: {{ .temporary }} }", "emptyDir: {}"),
    (promises.sec_90, "templates/clamd.yaml", "emptyDir: { sizeLimit: {{ .temporary }} }", "hostPath: { path: /tmp }"),
    (promises.sec_90, "templates/server.yaml", "{{- toYaml .resources | nindent 12 }}", "requests: { cpu: 1m }"),
    (promises.sec_90, "templates/_names.tpl", ".image.tag | default .root.Chart.AppVersion", '"latest"'),
    (promises.sec_91, "templates/network.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]"),
    (promises.sec_91, "templates/network.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Egress]"),
    (promises.sec_91, "templates/network.yaml", "169.254.0.0/16, ", ""),
    (promises.sec_91, "templates/network.yaml", "10.0.0.0/8, ", ""),
    (promises.sec_91, "templates/network.yaml", '"migrate" (list "database")', '"migrate" (list "database" "redis")'),
    (
        promises.sec_91,
        "templates/network.yaml",
        '"server" (list "database" "redis" "s3")',
        '"server" (list "database" "s3")',
    ),
    (promises.sec_91, "templates/network.yaml", '(dict "root" $ "part" "worker")', '(dict "root" $ "part" "server")'),
    (
        promises.sec_91,
        "templates/network.yaml",
        "        - { protocol: TCP, port: 8080 }",
        "        - { protocol: TCP }",
    ),
    (
        promises.sec_92,
        "templates/_settings.tpl",
        '{{- if eq .class "migrate" }}\nDB_MIGRATOR_URL',
        '{{- if has .class (list "server" "migrate") }}\nDB_MIGRATOR_URL',
    ),
    (
        promises.sec_92,
        "templates/_settings.tpl",
        '(list "worker" "verify")) }}, access-key]',
        '(list "worker" "verify" "server")) }}, access-key]',
    ),
    (
        promises.sec_92,
        "templates/_settings.tpl",
        '{{- if has .class (list "worker" "verify") }}\nDB_WORKER_URL',
        '{{- if has .class (list "worker" "verify" "server") }}\nDB_WORKER_URL',
    ),
    (promises.sec_92, "templates/_settings.tpl", "defaultMode: 0440", "defaultMode: 0444"),
    (
        promises.sec_92,
        "templates/_settings.tpl",
        "mountPath: /run/secrets/attest, readOnly: true",
        "mountPath: /run/secrets/attest",
    ),
    (
        promises.sec_92,
        "templates/_settings.tpl",
        "  value: /run/secrets/attest/{{ $name }}",
        "  valueFrom: { secretKeyRef: { name: {{ first $secret }}, key: {{ last $secret }} } }",
    ),
    (promises.sec_92, "templates/_settings.tpl", ", items: [{ key: {{ .key }}, path: ca.crt }] }", " }"),
    (
        promises.sec_92,
        "templates/migrate.yaml",
        '{{- include "attest.mounts" $reference | nindent 12 }}',
        '{{- include "attest.mounts" $reference | nindent 12 }}\n            - { name: secrets-migrate, mountPath: /run/other }',
    ),
    (promises.sec_94, "templates/server.yaml", "targetPort: http }", "targetPort: health }"),
    (promises.sec_94, "templates/ingress.yaml", "port: { name: http }", "port: { number: 8081 }"),
    (promises.sec_94, "templates/_settings.tpl", 'HEALTH_LISTEN: "0.0.0.0:8081"', 'HEALTH_LISTEN: "0.0.0.0:8080"'),
    (promises.sec_94, "templates/_pod.tpl", "path: /readyz, port: health", "path: /readyz, port: http"),
]


class Security(unittest.TestCase):
    def holds(self, promise, names):
        for name in names:
            with self.subTest(name):
                self.assertEqual(promise(render(cases()[name])), [])
        print(f"{promise.__name__.upper().replace('_', '-')}: чарт – {', '.join(names)}")

    def test_sec_90_pods_are_restricted(self):
        self.holds(promises.sec_90, list(cases()))

    def test_sec_91_nothing_in_or_out_but_what_is_named(self):
        self.holds(promises.sec_91, ["production", "everything"])

    def test_sec_92_each_class_holds_its_own_secrets(self):
        self.holds(promises.sec_92, list(cases()))

    def test_sec_94_health_is_exposed_to_nobody(self):
        self.holds(promises.sec_94, list(cases()))

    def test_every_breach_is_seen(self):
        # By tags, so that the images' rule has something to see.
        values = example("production", images__server__digest="", images__worker__digest="")
        untouched = render(values)
        for promise, file, good, bad in BREACHES:
            with self.subTest(promise.__name__, file=file, bad=bad), Worse(file, good, bad) as chart:
                self.assertEqual(promise(untouched), [])
                self.assertNotEqual(promise(render(values, chart)), [])
        print(f"SEC-90…94: {len(BREACHES)} намеренных ухудшений чарта замечены")


if __name__ == "__main__":
    unittest.main()
