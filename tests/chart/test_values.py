"""Wrong values are refused before anything is made of them, with the words of what is wrong."""

import unittest

from chart import EXAMPLES, example, refusal


def store_in(cidr):
    return {"network__s3__to": [{"ipBlock": {"cidr": cidr}}]}


# (what is changed in the production example, words of the refusal)
WRONG = [
    ({"baseUrl": ""}, "baseUrl: нужен адрес вида https://имя"),
    ({"baseUrl": "http://attest.example.ru"}, "baseUrl: нужен адрес вида https://имя"),
    ({"baseUrl": "https://attest.example.ru/app"}, "baseUrl: нужен адрес вида https://имя"),
    ({"images__server__repository": ""}, "images.server.repository: скажите, где лежит образ"),
    ({"images__worker__tag": "latest"}, "images.worker.tag: latest не версия"),
    ({"images__worker__digest": "sha256:123"}, "/images/worker/digest"),
    ({"images__worker__repository": "registry.example.ru/worker:1"}, "/images/worker/repository"),
    ({"s3__endpoint": ""}, "s3.endpoint: скажите адрес хранилища"),
    ({"s3__endpoint": "s3.example.ru"}, "/s3/endpoint"),
    ({"mail__from": ""}, "mail.from: скажите отправителя писем"),
    ({"otlp__endpoint": "collector:4317"}, "otlp.endpoint: нужен адрес вида http://"),
    ({"clamav__address": "tcp://10.0.0.10:3310"}, "clamav: либо свой (enabled), либо чужой (address)"),
    ({"clamav__address": "10.0.0.10"}, "clamav.address: нужен адрес вида tcp://"),
    ({"server__autoscaling__min": 9}, "server.autoscaling: наименьшее (min 9) больше наибольшего (max 6)"),
    ({"server__replicas": 0}, "/server/replicas"),
    ({"server__replicas": "three"}, "/server/replicas"),
    ({"database__connections": 100}, "database.connections: 100 мало"),
    ({"database__pool": 20}, "database.connections: 500 мало. Подов сервера до 7 по 6 × 20"),
    ({"secrets__database": {"migrator": "attest-db-tenant"}}, "один и тот же Secret «attest-db-tenant»"),
    ({"secrets__s3": {"server": "attest-s3", "worker": "attest-s3"}}, "один и тот же Secret «attest-s3»"),
    ({"secrets__seal": "attest-link"}, "один и тот же Secret «attest-link»"),
    ({"secrets__database": {"superuser": "attest-db-superuser"}}, "superuser"),
    ({"secrets__link": "postgres://secret"}, "/secrets/link"),
    ({"limits__uploadMb": 4000}, "/limits/uploadMb"),
    ({"proxies": ["10.42.0.0"]}, "/proxies/0"),
    ({"database__authority": {"secret": "attest-pg-ca", "key": "ca.key"}}, "/database/authority/key"),
    ({"log__format": "xml"}, "/log/format"),
    ({"server__resources": {"limits": {"cpus": "2"}}}, "cpus"),
    ({"server__resources": {"limits": {"memory": None}}}, "memory"),
    ({"region": "Томская область"}, "/region"),
    ({"region": {"second_factor": "on"}}, "/region/second_factor"),
    ({"network__redis": {"to": []}}, "network.redis.to: скажите, где Redis"),
    ({"network__otlp": {"to": []}}, "network.otlp.to: скажите, где сборщик OpenTelemetry"),
    ({"network__oidc": {"to": []}}, "network.oidc.to: скажите, где поставщики входа"),
    ({"network__mirror": {"to": []}}, "network.mirror.to: скажите, где зеркало"),
    ({"network__ingress": {"from": []}}, "network.ingress.from: скажите, где контроллер Ingress"),
    ({"network__redis": {"to": [{"namespaceSelector": {}}]}}, "network.redis: пустой отбор – это весь кластер"),
    ({"network__redis": {"to": [{}]}}, "/network/redis/to/0"),
    ({"network__redis": {"port": 70000}}, "/network/redis/port"),
    (store_in("169.254.169.254/32"), "открывает адрес метаданных облака"),
    (store_in("169.254.0.0/16"), "открывает адрес метаданных облака"),
    (store_in("169.0.0.0/8"), "открывает адрес метаданных облака"),
    (store_in("128.0.0.0/1"), "открывает адрес метаданных облака"),
    (store_in("fd00:ec2::254/128"), "открывает адрес метаданных облака"),
    (store_in("s3.example.ru"), "/network/s3/to/0/ipBlock/cidr"),
]

# Changes that may look like the above and are right.
RIGHT = [
    {},
    store_in("203.0.113.0/24"),
    store_in("169.253.0.0/16"),
    store_in("::/0"),
    {"network__dns": {"to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}]}},
    {"network": {"enabled": False}},
    {"clamav": {"enabled": False}},
    {"ingress": {"enabled": False}},
    {"server__autoscaling": {"enabled": False}},
    {"verify": {"enabled": False}},
    {"baseUrl": "https://attest.example.ru:8443"},
]


class Values(unittest.TestCase):
    def test_the_wrong_are_refused_in_words(self):
        for changes, words in WRONG:
            with self.subTest(str(changes)):
                said = refusal(example("production", **changes))
                self.assertIsNotNone(said, "взято")
                self.assertIn(words, said)
        print(f"CHART: {len(WRONG)} неверных значений отвергнуты, каждое своими словами")

    def test_the_right_are_taken(self):
        for changes in RIGHT:
            with self.subTest(str(changes)):
                self.assertIsNone(refusal(example("production", **changes)))
        for name in EXAMPLES:
            self.assertIsNone(refusal(example(name)))

    def test_defaults_alone_name_everything_that_is_missing(self):
        said = refusal({}).splitlines()
        named = [line.split(":")[0].removeprefix("- ") for line in said if line.startswith("- ")]
        self.assertEqual(
            named,
            ["baseUrl", "images.server.repository", "images.worker.repository", "s3.endpoint", "mail.from"]
            + [f"network.{place}" for place in ("database.to", "mail.to", "redis.to", "s3.to", "ingress.from")],
        )


if __name__ == "__main__":
    unittest.main()
