"""What operators deploy by is held to the program: its variables, commands, ports and version."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import __version__
from bot.settings import read_database
from tests.environment import known_variables
from tests.unit.test_shipping import ENV, OPERATE, ROOT, UID, parse_command

COMPOSE = yaml.safe_load((OPERATE / "compose.yaml").read_text())
MANIFESTS = list(yaml.safe_load_all((OPERATE / "kubernetes.yaml").read_text()))
OURS = f"plan-gate:{__version__}"
SERVER = (ROOT / "bot/web/server.py").read_text()


def paths_exist(*paths: str) -> bool:
    return all(f'"{path}": ' in SERVER for path in paths)


# ── Compose ───────────────────────────────────────────────────────────────────
SERVICES = COMPOSE["services"]
MINE = [name for name in SERVICES if name != "postgres"]


def test_compose_has_the_processes_that_several_need() -> None:
    commands = {name: SERVICES[name]["command"] for name in MINE}
    assert commands.keys() == {"migrate", "web", "worker"}
    assert all(map(parse_command, commands.values()))
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert SERVICES["worker"]["command"][-1] == ENV["PORT"]  # where the image's health check looks
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{ENV['PORT']}:{ENV['PORT']}"]


@pytest.mark.parametrize("name", MINE)
def test_a_service_of_ours_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["image"] == OURS
    assert service["read_only"] is True
    assert service["user"] == f"{UID}:{UID}"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["environment"]) <= known_variables()
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])


def test_a_service_waits_for_what_it_needs() -> None:
    database = SERVICES["postgres"]
    assert re.fullmatch(r"postgres:\d+\.\d+-[a-z]+", database["image"])
    assert database["healthcheck"]["test"][1] == "pg_isready"
    assert {volume.split(":")[0] for volume in database["volumes"]} == set(COMPOSE["volumes"])
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        waits = SERVICES[name]["depends_on"]
        assert waits == {"migrate": {"condition": "service_completed_successfully"}}


def test_compose_holds_no_secret() -> None:
    for name in SERVICES:
        for variable, value in SERVICES[name]["environment"].items():
            if re.search("SECRET|PASSWORD|DATABASE_URL", variable):
                assert "${" in value


# ── Kubernetes ────────────────────────────────────────────────────────────────
def kinds(kind: str) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in MANIFESTS if each["kind"] == kind}


DEPLOYMENTS = kinds("Deployment")


def test_everything_lies_in_the_restricted_namespace() -> None:
    (namespace,) = kinds("Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    others = [each["metadata"] for each in MANIFESTS if each["kind"] != "Namespace"]
    assert {each["namespace"] for each in others} == {namespace["metadata"]["name"]}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_is_locked_down(name: str) -> None:
    pod = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == UID
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["initContainers"] + pod["containers"]:
        assert container["image"] == OURS
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert parse_command(container["args"])


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_is_asked_how_it_is_where_it_answers(name: str) -> None:
    (container,) = DEPLOYMENTS[name]["spec"]["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert str(port["containerPort"]) == ENV["PORT"]
    for probe, path in [
        ("startupProbe", "/healthz"),
        ("livenessProbe", "/healthz"),
        ("readinessProbe", "/readyz"),
    ]:
        assert container[probe]["httpGet"] == {"path": path, "port": port["name"]}
    assert paths_exist("/healthz", "/readyz", "/metrics")


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_pods_find_their_secrets_budget_and_service(name: str) -> None:
    deployment = DEPLOYMENTS[name]["spec"]
    pod = deployment["template"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    secrets = kinds("Secret")
    for container in pod["initContainers"] + pod["containers"]:
        for source in container["envFrom"]:
            given = secrets[source["secretRef"]["name"]]["stringData"]
            assert set(given) <= known_variables()
        assert {each["name"] for each in container.get("env", [])} <= known_variables()
    (key,) = (volume["secret"] for volume in pod["volumes"] if "secret" in volume)
    (environment,) = pod["containers"][0]["env"]
    assert Path(environment["value"]).name in secrets[key["secretName"]]["stringData"]
    assert deployment["replicas"] > 1  # so that one may be away
    assert kinds("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"] == labels
    assert deployment["selector"]["matchLabels"] == labels


def test_webhooks_go_to_those_that_take_them() -> None:
    (service,) = kinds("Service").values()
    web = DEPLOYMENTS["web"]["spec"]["template"]
    assert service["spec"]["selector"] == web["metadata"]["labels"]
    assert web["spec"]["containers"][0]["args"][0] == "serve"


def test_no_process_takes_a_placeholder_for_a_secret() -> None:
    given = kinds("Secret")["plan-gate"]["stringData"]
    assert not given["APP_ID"].isdigit()
    assert not given["WEBHOOK_SECRET"]
    assert "://" not in given["DATABASE_URL"]


# ── systemd ───────────────────────────────────────────────────────────────────
def unit() -> dict[str, dict[str, list[str]]]:
    """The unit's sections; a key may come several times."""

    class Several(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.RawConfigParser(dict_type=Several, strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((OPERATE / "plan-gate.service").read_text())
    return {name: {key: text.split("\n") for key, text in parser[name].items()} for name in parser}


def test_the_unit_starts_the_server_with_what_the_program_knows() -> None:
    service = unit()["Service"]
    program, *arguments = service["ExecStart"][0].split()
    assert Path(program).name == "plan-gate"
    assert parse_command(arguments)
    given = dict(each.split("=", 1) for each in service["Environment"])
    assert set(given) - {"PYTHONDONTWRITEBYTECODE"} <= known_variables()
    state = Path("/var/lib") / service["StateDirectory"][0]
    assert read_database(given) == state / "plan-gate.db"
    credential = service["LoadCredential"][0].split(":")[0]
    assert given["PRIVATE_KEY_PATH"] == f"%d/{credential}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("CapabilityBoundingSet", ""),
        ("Restart", "on-failure"),
        ("KillSignal", "SIGTERM"),
        ("TimeoutStopSec", "15"),
        ("EnvironmentFile", "/etc/plan-gate/plan-gate.env"),
    ],
)
def test_the_unit_is_locked_down(key: str, value: str) -> None:
    assert unit()["Service"][key] == [value]
