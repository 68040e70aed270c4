"""What a deploy decides before it touches anything: what a host lacks, which layers to ship, why it has no connection."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import zlib
from pathlib import Path

import archive
import layers
import looking
import preparing
import pytest
from layers import Image
from link import Link, why_no_connection
from looking import Host
from refusals import DeployError, MisuseError

READY = Host("debian 12", "x86_64", "0", root=True, packages="apt-get", python="3.11", systemd=True)
FULL = READY._replace(docker=True, engine="20.10.24", free_kb=10**7, home_free_kb=10**6)
TOOLS = ("sh", "id", "awk", "df", "cut", "cat", "head", "readlink", "sha256sum", "test", "true", "wc", "tr")


def probed(tmp_path: Path, os_release: str, **fakes: str) -> tuple[Host, Path]:
    """Run the probe with a made-up os-release and made-up commands, and no others than the usual tools."""
    release, tools = tmp_path / "os-release", tmp_path / "bin"
    release.write_text(os_release)
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or pytest.fail(tool))
    for name, script in fakes.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    probe = looking.PROBE.replace("/etc/os-release", str(release)).replace(":/usr/sbin:/usr/local/sbin", "")
    probe = probe.replace("/opt", str(tmp_path)).replace("/var/lib", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", probe], env={"PATH": str(tools)}, capture_output=True, text=True, check=True
    )
    return looking.parse(done.stdout), tools


def test_amazon_linux_gets_docker_by_dnf_and_a_supervisor_of_its_own(tmp_path: Path) -> None:
    host, tools = probed(
        tmp_path,
        'ID="amzn"\nVERSION_ID="2023"\n',
        dnf=f'echo "$@" >{tmp_path}/asked',
        uname="echo aarch64",
        python3="echo 3.9",
        sudo='shift; exec "$@"',
    )
    assert (host.system, host.architecture, host.packages) == ("amzn 2023", "arm64", "dnf")
    assert (host.docker, host.engine, host.others) == (False, "", "")
    first, *_ = preparing.steps(host)
    assert "docker" in first.words
    subprocess.run(["sh", "-c", first.command], env={"PATH": str(tools)}, check=True)
    assert (tmp_path / "asked").read_text() == "install --assumeyes --quiet docker\n"
    assert preparing.needs_supervisor(host, supervision="supervisor", version="4.3.0")
    assert not preparing.needs_supervisor(host, supervision="systemd", version="4.3.0")


def test_a_host_that_has_everything_is_only_given_its_folders(tmp_path: Path) -> None:
    host, _ = probed(
        tmp_path,
        "ID=debian\nVERSION_ID=12\n",
        **{"apt-get": "exit 1", "supervisord": "echo 4.2.5", "uname": "echo x86_64", "python3": "echo 3.11"},
        docker='[ "$1" = version ] && echo 20.10.24',
        sudo='shift; exec "$@"',
    )
    assert host.engine == "20.10.24"
    assert [step.words for step in preparing.steps(host)] == [""]
    assert not preparing.needs_supervisor(host, supervision="supervisor", version="4.3.0")


def test_docker_from_debian_is_docker_io() -> None:
    first, second, _ = preparing.steps(READY)
    assert "docker.io" in first.command.split()
    assert "python3" not in first.command
    assert "starting" in second.words


@pytest.mark.parametrize(
    ("times", "words", "code"), [(2, "E: Could not get lock /var/lib", 0), (1, "E: Unable to locate", 1)]
)
def test_who_installs_already_is_waited_for_and_nothing_else(
    tmp_path: Path, times: int, words: str, code: int
) -> None:
    fakes = {
        "apt-get": f'echo "$1" >>asked; [ "$(grep -c "$1" asked)" -gt {times} ] || {{ echo "{words}" >&2; exit 100; }}',
        "dpkg": "true",
        "sleep": "true",
    }
    for name, script in fakes.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    first, *_ = preparing.steps(READY)
    done = subprocess.run(
        ["sh", "-c", first.command],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == code
    assert done.stderr == ("" if code == 0 else f"{words}\n")
    tries = ["update"] * (times + 1) + ["install"] * (times + 1) if code == 0 else ["update"]
    assert (tmp_path / "asked").read_text().split() == tries


@pytest.mark.parametrize(
    ("version", "supervisor", "needed"),
    [("", "", True), ("4.2.5", "", False), ("3.3.1", "", True), ("", "4.3.0", False), ("", "4.2.0", True)],
)
def test_a_supervisor_that_is_old_or_missing_is_replaced_by_our_own(
    version: str, supervisor: str, needed: bool
) -> None:
    host = FULL._replace(others=version, supervisor=supervisor)
    assert preparing.needs_supervisor(host, supervision="supervisor", version="4.3.0") is needed


@pytest.mark.parametrize(
    ("host", "supervision", "size", "words"),
    [
        (FULL._replace(root=False), "supervisor", 0, "sudo"),
        (FULL._replace(machine="aarch64"), "supervisor", 0, "arm64, the images are for amd64"),
        (FULL._replace(python="3.8"), "supervisor", 0, "3.9 or newer"),
        (FULL._replace(packages="", engine=""), "supervisor", 0, "packages are not known"),
        (FULL._replace(systemd=False), "systemd", 0, "systemd does not run"),
        (FULL._replace(free_kb=100_000), "supervisor", 200_000_000, "disk is too full for images"),
        (FULL._replace(home_free_kb=10), "supervisor", 0, "disk is too full in /opt"),
    ],
)
def test_a_host_that_will_not_do_is_refused_with_its_reason(
    host: Host, supervision: str, size: int, words: str
) -> None:
    with pytest.raises(DeployError, match=words):
        preparing.refuse(host, supervision=supervision, architecture="amd64", ship_bytes=size)
    preparing.refuse(FULL, supervision="systemd", architecture="amd64", ship_bytes=200_000_000)


def test_a_user_without_root_is_told_so_by_the_probe(tmp_path: Path) -> None:
    host, _ = probed(tmp_path, "ID=debian\n", id="echo 1000", sudo="exit 1", uname="echo x86_64")
    assert (host.root, host.uid) == (False, "1000")


def test_an_answer_that_is_none_is_refused() -> None:
    with pytest.raises(DeployError, match="welcome to the machine"):
        looking.parse("welcome to the machine")


IMAGE = Image("receiver", "c", (("a", "1"), ("b", "2"), ("c", "3")))


@pytest.mark.parametrize(
    ("present", "shipped"),
    [
        ([], ["a", "b", "c"]),
        ([["a", "b", "c"]], []),
        ([["a"], ["a", "b", "x"]], ["c"]),
        ([["b", "c"]], ["a", "b", "c"]),  # the same layers on another ground are other layers
        ([["a", "x", "c"]], ["b", "c"]),
    ],
)
def test_a_layer_counts_only_with_all_below_it(present: list[list[str]], shipped: list[str]) -> None:
    assert list(layers.lacking([IMAGE], present)) == shipped


def test_a_layer_of_two_images_is_shipped_once() -> None:
    other = Image("janitor", "d", (("a", "1"), ("z", "9")))
    assert list(layers.lacking([IMAGE, other], [])) == ["a", "b", "c", "z"]


@pytest.mark.parametrize("form", ["classic", "oci"])
def test_what_either_form_of_docker_save_holds_is_shipped_whole(tmp_path: Path, form: str) -> None:
    contents = [b"one" * 1000, b"two"]
    digests = [f"sha256:{hashlib.sha256(content).hexdigest()}" for content in contents]
    config = json.dumps({"rootfs": {"diff_ids": digests}}).encode()
    names = (
        ["x/layer.tar", "y/layer.tar"] if form == "classic" else [f"blobs/sha256/{d[7:]}" for d in digests]
    )
    place = "abc.json" if form == "classic" else f"blobs/sha256/{hashlib.sha256(config).hexdigest()}"
    for name, content in [*zip(names, contents, strict=True), (place, config)]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    if form == "classic":  # a layer that an other image has, too, is a link there
        (tmp_path / "y/layer.tar").rename(tmp_path / "z.tar")
        (tmp_path / "y/layer.tar").symlink_to("../z.tar")
    manifest = [{"Config": place, "RepoTags": ["marigraph-receiver:t"], "Layers": names}]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    images = archive.read_images(tmp_path, {"marigraph-receiver:t": "receiver"})
    lacking = layers.lacking(images, [[digests[0]]])
    packed = b"".join(archive.packed(tmp_path, images, lacking, "R"))
    with tarfile.open(fileobj=io.BytesIO(zlib.decompress(packed, wbits=31))) as found:
        held = {entry.name: found.extractfile(entry).read() for entry in found}  # type: ignore[union-attr] # all are files
    said = json.loads(held["manifest.json"])
    assert said[0]["RepoTags"] == ["marigraph-receiver:R"]
    assert said[0]["Layers"] == [f"{digest[7:]}.tar" for digest in digests]
    assert list(held) == ["receiver.json", f"{digests[1][7:]}.tar", "manifest.json"]
    assert held[f"{digests[1][7:]}.tar"] == b"two"


@pytest.mark.parametrize("host", ["", "-oProxyCommand=x", "a b"])
def test_a_host_that_is_none_is_refused_before_ssh_sees_it(host: str) -> None:
    with pytest.raises(MisuseError, match="EC2_HOST"):
        Link(host)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("admin@h: Permission denied (publickey).", "no key of yours"),
        ("Host key verification failed.", "ssh admin@h"),
        ("ssh: connect to host h port 22: Connection refused", "no ssh server"),
        ("ssh: Could not resolve hostname h: Name or service not known", "no host of that name"),
        ("ssh: connect to host h port 22: Connection timed out", "security group"),
        ("", "by hand"),
    ],
)
def test_why_there_is_no_connection_comes_with_what_to_do(said: str, words: str) -> None:
    assert words in why_no_connection("admin@h", said)


def test_no_ssh_server_is_told_within_seconds(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="no ssh server listens"), Link("nobody@127.0.0.1", "-p 1"):
        pass
