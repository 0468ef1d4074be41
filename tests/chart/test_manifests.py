"""Every object is one Kubernetes takes: linted, and validated strictly against its schemas."""

import re
import unittest

import helm_python as helm
import kubernetes_validate
import yaml

from chart import CHART, EXAMPLES, REPO, cases, render

# The oldest the chart says it takes, and the newest there are schemas of.
VERSIONS = ("1.30.0", "1.37.0")
# Of operators; their schemas are not Kubernetes's.
FOREIGN = {"monitoring.coreos.com/v1 PrometheusRule"}


class Manifests(unittest.TestCase):
    def test_the_chart_is_linted(self):
        for name, values in cases().items():
            with self.subTest(name):
                report = helm.lint(str(CHART), values, strict=True)
                said = [m for m in report["messages"] if "icon is recommended" not in m["error"]]
                self.assertEqual((report["errors"], said), ([], []))

    def test_every_object_is_valid(self):
        seen = 0
        for name, values in cases().items():
            for each in render(values):
                kind = f"{each['apiVersion']} {each['kind']}"
                with self.subTest(name, kind=kind, object=each["metadata"]["name"]):
                    if kind not in FOREIGN:
                        for version in VERSIONS:
                            kubernetes_validate.validate(each, version, strict=True)
                        seen += 1
        print(f"CHART: {seen} объектов проверены строго по схемам Kubernetes {', '.join(VERSIONS)}")

    def test_the_validator_is_strict(self):
        (service, *_) = render(cases()["small"]).of("Service")
        service["spec"]["prots"] = []
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(service, VERSIONS[-1], strict=True)

    def test_names_are_said_once(self):
        for name, values in cases().items():
            with self.subTest(name):
                names = [(each["kind"], each["metadata"]["name"]) for each in render(values)]
                self.assertEqual(len(names), len(set(names)))
                self.assertTrue(all(each["metadata"]["namespace"] == "attest" for each in render(values)))

    def test_a_pod_is_killed_only_after_its_own_end(self):
        for part, _, spec in render(cases()["production"]).pods():
            (container, *_) = spec["containers"]
            seconds = {e["name"]: e["value"] for e in container.get("env", [])}.get("ATTEST_STOP_SECONDS")
            if seconds:
                drain = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
                self.assertGreater(spec["terminationGracePeriodSeconds"], drain + int(seconds) + 10, part)

    def test_municipalities_have_their_hosts(self):
        wanted = {"production": ["attest.example.ru", "*.attest.example.ru"], "small": ["attest.example.ru"]}
        for name, hosts in wanted.items():
            (ingress,) = render(cases()[name]).of("Ingress")
            self.assertEqual([rule["host"] for rule in ingress["spec"]["rules"]], hosts)

    def test_every_alert_leads_to_what_to_do(self):
        readme = (REPO / "deploy/README.md").read_text()
        anchors = {title.strip().lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", readme, re.MULTILINE)}
        (rule,) = render(cases()["production"]).of("PrometheusRule")
        for alert in (alert for group in rule["spec"]["groups"] for alert in group["rules"]):
            page, _, anchor = alert["annotations"]["runbook"].partition("#")
            self.assertEqual((page, anchor in anchors), ("deploy/README.md", True), alert["alert"])
            self.assertNotRegex(alert["expr"], "RELEASE|NAMESPACE")

    def test_the_database_of_the_example_is_the_one_its_values_name(self):
        objects = {
            (each["kind"], each["metadata"]["name"]): each
            for each in yaml.safe_load_all((CHART / "examples/production-database.yaml").read_text())
        }
        values = helm.Chart.load(str(CHART)).merge_values(yaml.safe_load(EXAMPLES["production"].read_text()))
        cluster, pooler = objects["Cluster", "attest-pg"]["spec"], objects["Pooler", "attest-pooler"]["spec"]
        secrets = {role["name"]: role["passwordSecret"]["name"] for role in cluster["managed"]["roles"]}
        self.assertEqual(secrets, {f"attest_{role}": name for role, name in values["secrets"]["database"].items()})
        labels = [peer["podSelector"]["matchLabels"] for peer in values["network"]["database"]["to"]]
        self.assertEqual(labels, [{"cnpg.io/poolerName": "attest-pooler"}, {"cnpg.io/cluster": "attest-pg"}])
        parameters = pooler["pgbouncer"]["parameters"]
        self.assertEqual(pooler["pgbouncer"]["poolMode"], "transaction")
        self.assertGreaterEqual(int(parameters["max_prepared_statements"]), 100)
        self.assertGreaterEqual(int(parameters["max_client_conn"]), values["database"]["connections"])
        direct = (values["worker"]["replicas"] + 1) * (values["database"]["pool"] + 1)
        self.assertGreater(
            int(cluster["postgresql"]["parameters"]["max_connections"]),
            pooler["instances"] * 6 * int(parameters["default_pool_size"]) + direct,
        )
        self.assertIn("attest-pooler", cluster["certificates"]["serverAltDNSNames"])


if __name__ == "__main__":
    unittest.main()
