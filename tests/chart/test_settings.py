"""What pods are told is what the programs read: compared with their own `--help`, and tried on them.

Needs the built programs (ATTEST_BIN).
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from chart import everything, render, settings_of

BIN = os.environ.get("ATTEST_BIN")
# Which program a container runs.
PROGRAM = {"server": "server", "worker": "worker", "migrate": "ctl", "reference": "ctl", "verify": "ctl"}
# Of development builds only.
DEVELOPMENT = {"ATTEST_CLOCK_FILE", "ATTEST_DB_SUPERUSER_URL"}
SAMPLES = {
    "KEY": "00" * 32,
    "DB": "postgres://attest:secret@127.0.0.1:1/attest",
    "REDIS_URL": "redis://127.0.0.1:1",
    "SMTP_URL": "smtps://attest:secret@127.0.0.1",
}


def read_by(program):
    """(all settings, required ones, secret ones) of a program, by its help."""
    said = subprocess.run([f"{BIN}/{program}", "--help"], capture_output=True, text=True, check=True).stdout
    entries = re.findall(r"^  (ATTEST_\w+)( или …_FILE)?\n(.*)$", said, re.MULTILINE)
    every = {name for name, _, _ in entries} - DEVELOPMENT
    return (
        every,
        {name for name, _, about in entries if "; обязательно, " in about} & every,
        {name for name, secret, _ in entries if secret},
    )


def told(container):
    """Names of the settings a container is given, a file counted for what is in it."""
    return {
        name.removesuffix("_FILE") if value.startswith("/run/secrets/attest/") else name
        for name, value in settings_of(container).items()
        if name.startswith("ATTEST_")
    }


def sample(name):
    return next((text for part, text in SAMPLES.items() if part in name), "sample")


@unittest.skipUnless(BIN, "нет собранных программ (ATTEST_BIN)")
class Settings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.containers = [(part, c) for part, c in render(everything()).containers() if c["name"] in PROGRAM]
        cls.read = {program: read_by(program) for program in set(PROGRAM.values())}

    def test_nothing_unknown_is_told_and_nothing_required_is_missing(self):
        for part, container in self.containers:
            every, required, _ = self.read[PROGRAM[container["name"]]]
            with self.subTest(part, container=container["name"]):
                self.assertEqual(told(container) - every, set(), "таких настроек нет")
                # A command of `ctl` reads less than its help names: it is tried below.
                if PROGRAM[container["name"]] != "ctl":
                    self.assertEqual(required - told(container), set(), "обязательных не хватает")
        print(f"CHART: настройки {len(self.containers)} контейнеров сверены с программами")

    def test_every_setting_has_a_place_in_values(self):
        for program in ("server", "worker"):
            every, _, _ = self.read[program]
            given = set().union(*(told(c) for _, c in self.containers if c["name"] == program))
            # The server's is for the mailbox of development.
            self.assertEqual(every - given - ({"ATTEST_SMTP_URL"} if program == "server" else set()), set())

    def test_sec_92_a_secret_is_told_by_a_file_alone(self):
        secret = set().union(*(secrets for _, _, secrets in self.read.values()))
        for part, container in self.containers:
            self.assertEqual(settings_of(container).keys() & secret, set(), part)

    def test_the_programs_take_what_their_pods_are_told(self):
        """They go on to their database, which is not there: code 1. Settings that do not fit are code 2."""
        with tempfile.TemporaryDirectory() as folder:
            running = []
            for _, container in self.containers:
                environment = {}
                for name, value in settings_of(container).items():
                    if value.startswith("/run/secrets/attest/"):
                        value = str(pathlib.Path(folder) / f"{container['name']}.{name}")
                        pathlib.Path(value).write_text(sample(name) + "\n")
                    elif name == "ATTEST_POLICY_FILE":
                        value = ""  # what is in it is `ctl policy check`'s
                    elif name == "ATTEST_OIDC_FILE":
                        continue
                    environment[name] = value
                program, *arguments = container.get("command", [container["name"]])
                running.append(
                    (
                        container["name"],
                        subprocess.Popen(
                            [f"{BIN}/{pathlib.PurePath(program).name}", *arguments],
                            env=environment,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE,
                            text=True,
                        ),
                    )
                )
            for name, process in running:
                with self.subTest(name):
                    said = process.communicate(timeout=60)[1]
                    self.assertEqual(process.returncode, 1, said)
                    self.assertNotIn("ATTEST_", said)


if __name__ == "__main__":
    unittest.main()
