"""What can befall a host's services and its switches, done over ssh."""

from tests.ec2.deploying import Deployer, wait_until

SICK = r"""
USER 0
RUN printf '%s\n' 'import os, time' 'from services.receiver.api.health import json_answer' 'kept = []' \
  'def livez():' \
  '    for word in ("greedy", "asleep", "sick"):' \
  '        if os.path.exists(f"/data/.{word}"):' \
  '            os.unlink(f"/data/.{word}")' \
  '            kept.append(word)' \
  '    if "greedy" in kept: kept.append(b"x" * 400_000_000)' \
  '    if "asleep" in kept: time.sleep(3600)' \
  '    return json_answer({}, 500 if "sick" in kept else 200)' >sick.py \
 && sed -i 's|return json_answer({"status": "ok"})|return __import__("sick").livez()|' services/receiver/api/health.py \
 && grep -q sick services/receiver/api/health.py && rm services/receiver/api/__pycache__/health.*
USER 65532
"""
"""A receiver that falls ill by a file in its store: `.greedy` fills its memory, `.asleep` hangs, `.sick` fails /livez."""

HARMS = {
    "kill": "docker kill {container}",
    "pause": "docker pause {container}",
    "stop its first process": "kill -STOP $(docker inspect -f '{{{{.State.Pid}}}}' {container})",
    "stop the service": "kill -STOP $(cat /proc/$(docker inspect -f '{{{{.State.Pid}}}}' {container})/task/*/children)",
    "stop its program": "kill -STOP $(pgrep -f '^[^ ]*python[^ ]* .*/host run {service}')",
    "kill its program": "kill -KILL $(pgrep -f '^[^ ]*python[^ ]* .*/host run {service}')",
}
INSIDE = {name: f"touch /var/lib/marigraph/data/.{name}" for name in ("greedy", "asleep", "sick")}
"""What befalls a receiver made by SICK."""

COUNTED = {"greedy": "memory", "sick": "hung", "pause": "hung", "kill": "killed"}
"""How the ends are told in the metrics, where it is always the same word."""

KILLER = r"""
import json, os, signal, sys, time
step, end = sys.argv[1], time.monotonic() + 120
while time.monotonic() < end:
    try:
        with open("/opt/marigraph/switch.json") as file:
            if json.load(file)["step"] == step:
                with open("/run/marigraph/switch.lock") as lock:
                    os.kill(int(lock.read().partition("process ")[2].partition(",")[0]), signal.SIGKILL)
                print("killed")
                break
    except (OSError, ValueError):
        pass
    time.sleep(0.005)
"""
"""Kills the program of a switch outright, as soon as it has begun a step."""


def container_of(deployer: Deployer, service: str) -> str:
    asked = "docker inspect -f '{{.Id}} {{.State.Running}} {{.State.Paused}}'"
    return deployer.host.ssh(f"{asked} marigraph-{service}", check=False).stdout.strip()


def back_after(deployer: Deployer, service: str, harm: str) -> float:
    """Harm a service; return the seconds until another container of it runs and all is well."""
    before = container_of(deployer, service)
    said = deployer.host.ssh(harm.format(service=service, container=f"marigraph-{service}"), check=False)

    def back() -> bool:
        now = container_of(deployer, service)
        return now.endswith("true false") and now.split()[0] != before.split()[0] and deployer.well()

    return wait_until(
        back, 45, lambda: f"{harm}: {said.stdout}{said.stderr}; {container_of(deployer, service)}"
    )


def ends(deployer: Deployer, service: str) -> dict[str, int]:
    """How often a service ended, by how, as the host's metrics tell it."""
    shown = deployer.host.ssh(f"cat /var/lib/marigraph/metrics/host-{service}.prom").stdout
    told = [line for line in shown.splitlines() if line.startswith("marigraph_host_ends_total")]
    return {line.split('how="')[1].split('"')[0]: int(line.rsplit(" ", 1)[1]) for line in told}
