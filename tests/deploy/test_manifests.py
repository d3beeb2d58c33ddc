"""The files in deploy/ agree with each other, with the image, and with what a server needs."""

from __future__ import annotations

import configparser
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from benchmarks._farm import COOKIE
from rnnviz.limits import DEFAULT_LIMITS, MILLION, VARIABLE, Limits
from rnnviz.ui.shared.admission import METRICS
from rnnviz.ui.shared.response_headers import FRAME_ANCESTORS
from rnnviz.ui.shared.rooms import SERVER
from rnnviz.ui.shared.server_limits import ServerLimits

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
KUSTOMIZATION = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text())
RESOURCES = {
    found["kind"]: found
    for file in KUSTOMIZATION["resources"]
    for found in yaml.safe_load_all((DEPLOY / "kubernetes" / file).read_text())
}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
PROXY = (DEPLOY / "haproxy.cfg").read_text()
POD = RESOURCES["Deployment"]["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
IN_POD = {entry["name"]: entry.get("value") for entry in CONTAINER["env"]}
SERVERS = {name: service for name, service in COMPOSE["services"].items() if name != "proxy"}
HEALTH = "/_stcore/health"
OURS = {limit.metadata["variable"] for limit in fields(ServerLimits)} | {METRICS, FRAME_ANCESTORS, SERVER}
OF_ITSELF = 500  # million bytes: what SECURITY.md says of a server without people


def image_variable(name):
    return re.search(rf"\b{name}=(\S+)", DOCKERFILE).group(1)


def needed(settings):
    """The million bytes that a server may take with these settings."""
    limits = ServerLimits.from_environment({name: str(value) for name, value in settings.items() if name in OURS})
    return OF_ITSELF + limits.server_megabytes + limits.openings * limits.opening_megabytes


def test_every_setting_exists():
    named = set(re.findall(r"\bRNNVIZ_\w+", "".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file())))
    assert named <= OURS | {VARIABLE + field.name.upper() for field in fields(Limits)}


def test_the_memory_of_a_server_holds_what_its_settings_allow():
    for service in SERVERS.values():
        assert needed(service["environment"]) <= int(service["mem_limit"].removesuffix("m"))
    assert needed(IN_POD) <= int(CONTAINER["resources"]["limits"]["memory"].removesuffix("M"))
    unit = (DEPLOY / "rnnviz.service").read_text()
    assert needed({}) <= 1000 * int(re.search(r"MemoryMax=(\d+)G", unit).group(1))


class TestCompose:
    def test_the_servers_are_those_of_the_proxy_by_the_names_that_rooms_use(self):
        addresses = COMPOSE["services"]["proxy"]["environment"]
        port = image_variable("PORT")
        for name, service in SERVERS.items():
            assert service["environment"][SERVER] == name
            assert addresses[f"SERVER_{name.upper()}"] == f"{name}:{port}"
            assert f"server {name} " in PROXY and f"cookie {name}\n" in PROXY
        assert len(SERVERS) == sum(variable.startswith("SERVER_") for variable in addresses) == 3

    def test_all_servers_have_one_secret_that_comes_from_outside(self):
        secrets = {service["environment"]["STREAMLIT_SERVER_COOKIE_SECRET"] for service in SERVERS.values()}
        assert len(secrets) == 1 and secrets.pop().startswith("${STREAMLIT_SERVER_COOKIE_SECRET:?")

    def test_only_the_proxy_is_reached_from_outside(self):
        assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]
        port = re.search(r"presetenv PORT (\d+)", PROXY).group(1)
        assert COMPOSE["services"]["proxy"]["ports"][0].endswith(f":{port}")

    def test_nothing_is_written_but_temporary_files(self):
        for service in COMPOSE["services"].values():
            assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert all(service["tmpfs"] == "/tmp" for service in SERVERS.values())

    def test_the_image_is_built_from_the_project(self):
        build = next(iter(SERVERS.values()))["build"]
        assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")
        (volume,) = COMPOSE["services"]["proxy"]["volumes"]
        assert (DEPLOY / volume.split(":")[0]).samefile(DEPLOY / "haproxy.cfg")


class TestKubernetes:
    def test_the_parts_find_each_other(self):
        labels = RESOURCES["Deployment"]["spec"]["template"]["metadata"]["labels"]
        selectors = [RESOURCES[kind]["spec"]["selector"] for kind in ("Deployment", "PodDisruptionBudget")]
        assert all(selector["matchLabels"].items() <= labels.items() for selector in selectors)
        assert RESOURCES["Service"]["spec"]["selector"].items() <= labels.items()
        (rule,) = RESOURCES["Ingress"]["spec"]["rules"]
        backend = rule["http"]["paths"][0]["backend"]["service"]
        (port,) = RESOURCES["Service"]["spec"]["ports"]
        assert backend == {"name": RESOURCES["Service"]["metadata"]["name"], "port": {"name": port["name"]}}
        assert port["targetPort"] == CONTAINER["ports"][0]["name"]
        assert [image["name"] for image in KUSTOMIZATION["images"]] == [CONTAINER["image"]]
        assert IN_POD["STREAMLIT_SERVER_ALLOWED_HOSTS"] == f'["{rule["host"]}"]'
        assert RESOURCES["Ingress"]["spec"]["tls"][0]["hosts"] == [rule["host"]]

    def test_it_listens_where_the_image_says(self):
        assert str(CONTAINER["ports"][0]["containerPort"]) == IN_POD["PORT"] == image_variable("PORT")

    @pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
    def test_probes_ask_for_health(self, probe):
        assert CONTAINER[probe]["httpGet"] == {"path": HEALTH, "port": "http"} and HEALTH in DOCKERFILE

    def test_it_runs_as_the_user_of_the_image_and_can_change_nothing(self):
        user, group = re.search(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE).groups()
        pod, own = POD["securityContext"], CONTAINER["securityContext"]
        assert (str(pod["runAsUser"]), str(pod["runAsGroup"]), pod["runAsNonRoot"]) == (user, group, True)
        assert own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"]
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert {mount["mountPath"] for mount in CONTAINER["volumeMounts"]} == {"/tmp"}

    def test_the_secret_is_no_part_of_the_manifests(self):
        (secret,) = [entry for entry in CONTAINER["env"] if entry["name"] == "STREAMLIT_SERVER_COOKIE_SECRET"]
        assert secret["valueFrom"]["secretKeyRef"]["name"] == "rnnviz" and "Secret" not in RESOURCES

    def test_a_session_stays_on_its_server_and_may_bring_the_largest_file(self):
        prefix = "nginx.ingress.kubernetes.io/"
        said = {
            key.removeprefix(prefix): value for key, value in RESOURCES["Ingress"]["metadata"]["annotations"].items()
        }
        assert said["affinity"] == "cookie" and said["session-cookie-name"] == COOKIE
        assert int(said["proxy-body-size"].removesuffix("m")) * 2**20 > DEFAULT_LIMITS.file + MILLION
        assert int(said["proxy-read-timeout"]) >= 60 and int(said["proxy-send-timeout"]) >= 60

    def test_one_server_at_a_time_is_replaced(self):
        rolling = RESOURCES["Deployment"]["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0}
        assert RESOURCES["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1


class TestProxy:
    def test_it_keeps_a_session_by_the_cookie_that_rooms_set(self):
        assert f"cookie {COOKIE} insert indirect nocache httponly" in PROXY
        assert f'Set-Cookie "{COOKIE}=' in PROXY

    def test_it_asks_for_health(self):
        assert f'uri "${{BASE_PATH}}{HEALTH}"' in PROXY


def test_the_unit_starts_the_server_that_the_image_starts():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(DEPLOY / "rnnviz.service")
    assert "streamlit run app.py --server.port ${PORT}" in unit["Service"]["ExecStart"]
    assert unit["Service"]["DynamicUser"] == "true"


def test_every_file_of_the_image_exists():
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (DEPLOY.parent / name).exists(), name
            kept = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
            assert f"!{name}" in kept, name
