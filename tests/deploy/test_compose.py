"""compose.yaml held to the settings there are, and to how every service is to be shut in; no engine is asked."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.alerter.settings import AlerterSettings
from services.janitor.settings import JanitorSettings
from services.practice.settings import PracticeSettings
from services.receiver.settings import ReceiverSettings
from services.scraper.settings import ScraperSettings
from shared.settings import Settings, options

RUNNING: dict[str, type[Settings]] = {
    "receiver": ReceiverSettings,
    "janitor": JanitorSettings,
    "scraper": ScraperSettings,
    "demo-scraper": ScraperSettings,
    "practice": PracticeSettings,
    "alerter": AlerterSettings,
}

CLUSTER = (
    "proxy",
    "s3",
    "filer",
    *(f"{kind}-{number}" for kind in ("master", "volume") for number in (1, 2, 3)),
)
"""What cluster.yaml adds."""

LEFT_OUT = {
    "RECEIVER_HOST": "the image listens on all addresses of its container",
    "RECEIVER_PORT": "the port on the host; inside it is 4000",
    "RECEIVER_REUSE_PORT": "each container has its own network",
    "PRACTICE_HOST": "as RECEIVER_HOST",
    "PRACTICE_PORT": "as RECEIVER_PORT",
    "JANITOR_METRICS_FILE": "there is no node exporter in the container",
    "SCRAPER_METRICS_FILE": "as JANITOR_METRICS_FILE",
    "SCRAPER_STATE_DIR": "the image says /state",
    "XDG_STATE_HOME": "as SCRAPER_STATE_DIR",
    "SCRAPER_BROWSER_PATH": "the image has one browser",
    "SCRAPER_ATTACH_URL": "there is no other Chrome in the container",
    "ALERTER_METRICS_FILE": "as JANITOR_METRICS_FILE",
    "ALERTER_STATE_DIR": "as SCRAPER_STATE_DIR",
    "SCRAPER_SESSION_PASSPHRASE": "asked for by the command that needs it",
}
"""Settings that make no sense in a container of compose.yaml, and why."""


AWS = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"}
"""What a bucket is reached with; obstore and shared/store/s3 read it, no settings of ours."""


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((repository / "deploy" / "compose.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def cluster(repository: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((repository / "deploy" / "cluster.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


@pytest.mark.parametrize("name", RUNNING)
def test_every_setting_reaches_its_container(services: dict[str, Any], name: str) -> None:
    given = services[name]["environment"]
    wanted = [option for option in options(RUNNING[name]) if option.env not in LEFT_OUT]
    assert [option.env for option in wanted if not set(option.names) & set(given)] == []


@pytest.mark.parametrize("name", RUNNING)
def test_nothing_is_given_that_the_service_does_not_read(services: dict[str, Any], name: str) -> None:
    known = {known for option in options(RUNNING[name]) for known in option.names} | {"SSL_CERT_FILE"} | AWS
    assert set(services[name]["environment"]) - known == set()


def test_no_secret_is_in_a_variable(services: dict[str, Any]) -> None:
    secrets = {option.env for settings in RUNNING.values() for option in options(settings) if option.secret}
    given = {variable for service in services.values() for variable in service.get("environment", {})}
    assert secrets & given == set()


def test_a_setting_that_is_not_given_has_the_services_own_default(services: dict[str, Any]) -> None:
    ours = {
        "SCRAPER_INTERVAL_SECONDS": "60"
    }  # the practice console may be asked more often than the real page
    for name, settings in RUNNING.items():
        for option in options(settings):
            text = str(services[name]["environment"].get(option.env, ""))
            if text.startswith(f"${{{option.env}:-"):
                default = ours.get(option.env, "") if name == "demo-scraper" else ""
                default = "file:///data" if option.env == "STORE_URL" else default
                assert text == f"${{{option.env}:-{default}}}", name


@pytest.mark.parametrize("name", [*RUNNING, "keys", *CLUSTER])
def test_every_service_is_shut_in(services: dict[str, Any], cluster: dict[str, Any], name: str) -> None:
    service = services[name] if name in services else cluster["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"] == service["memswap_limit"]
    assert service["pids_limit"]
    assert "user" not in service  # the image's own, which is not root
    assert "privileged" not in service
    assert "init" not in service  # watched.py is the first process


def test_ports_are_published_on_loopback_unless_told_otherwise(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) == 2
    assert all(port.startswith(("127.0.0.1:", "${RECEIVER_PUBLISH:-127.0.0.1}:")) for port in published)


def test_each_profile_is_whole_by_itself(services: dict[str, Any]) -> None:
    profiles = {name: set(service.get("profiles", [])) for name, service in services.items()}
    for name, service in services.items():
        for needed, condition in service.get("depends_on", {}).items():
            assert profiles[needed] <= profiles[name], f"{name} needs {needed}"
            assert condition == {"condition": "service_healthy"}


def test_the_cluster_adds_what_it_says_and_changes_no_rights(
    compose: dict[str, Any], cluster: dict[str, Any]
) -> None:
    assert set(cluster["services"]) - set(compose["services"]) == set(CLUSTER)
    shared = {name: value for name, value in compose["x-service"].items() if name != "environment"}
    assert cluster["x-service"] == shared
    for name in set(cluster["services"]) - set(CLUSTER):
        assert set(cluster["services"][name]) <= {"scale", "environment", "networks", "depends_on"}, name


def test_only_the_gateway_stands_between_the_bucket_and_its_servers(cluster: dict[str, Any]) -> None:
    inside = {name for name, one in cluster["services"].items() if "storage" in one.get("networks", ())}
    assert inside == set(CLUSTER) - {"proxy"}
    led = {name: cluster["services"][name]["networks"] for name in inside}
    assert led == {name: ["storage"] for name in inside} | {"s3": ["bucket", "storage"]}
    assert all(network == {"internal": True} for network in cluster["networks"].values())
    assert {name for name, one in cluster["services"].items() if "ports" in one} == {"proxy"}
    assert cluster["services"]["proxy"]["ports"] == ["${PROXY_PUBLISH:-127.0.0.1}:${PROXY_PORT:-4000}:4000"]


def test_who_opens_a_bucket_is_told_where_it_is_in_both_files(
    services: dict[str, Any], cluster: dict[str, Any]
) -> None:
    for name in ("receiver", "janitor", "alerter"):
        assert set(services[name]["environment"]) >= AWS
        assert "bucket:/run/bucket:ro" in services[name]["volumes"]
        assert cluster["services"][name]["environment"]["STORE_URL"] == "s3://marigraph/record"


def test_the_demo_and_the_real_scraper_share_no_state(services: dict[str, Any]) -> None:
    assert services["scraper"]["volumes"][0] != services["demo-scraper"]["volumes"][0]
    assert services["scraper"]["profiles"] != services["demo-scraper"]["profiles"]


def test_services_are_listed_once(repository: Path) -> None:
    listed = (repository / "deploy" / "containers" / "services").read_text().split()
    dockerfile = (repository / "deploy" / "Dockerfile").read_text()
    assert f'ARG SERVICES="{" ".join(listed)}"' in dockerfile
    for name in listed:
        assert (repository / "deploy" / "locks" / f"{name}.txt").is_file()
        assert f" AS {name}\n" in dockerfile
        assert f'"watched.py", "python", "-m", "services.{name}"' in dockerfile
