"""Supervisord's configuration on the host (pure)."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from string import Template

from marigraph_host.layout import Layout
from marigraph_host.services import Service

__all__ = ["boot_unit", "supervisord_conf"]

_MAIN = Template("""\
; Written at each deployment of Marigraph: changes are lost. The control socket is a private file; no port is
; open. `supervisorctl status` shows a line a service.

[supervisord]
nodaemon = false
silent = false
directory = /
umask = 022
logfile = ${logs}/supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = ${run}/supervisord.pid
childlogdir = ${logs}
user = root
identifier = ${name}

[unix_http_server]
file = ${socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://${socket}

[group:${name}]
programs = ${programs}
priority = 100

; Looks after what supervisord cannot: services that it gave up (FATAL), programs that hang, a cut switch.
[eventlistener:watch]
command = ${program} watch
events = PROCESS_STATE_FATAL,TICK_5
buffer_size = 100
priority = 50
autorestart = true
startretries = 100
stopwaitsecs = 5
stderr_logfile = ${logs}/watch.log
stderr_logfile_maxbytes = 1MB
stderr_logfile_backups = 1
""")

_PROGRAM = Template("""
[program:${service}]
command = ${program} run ${service}
priority = ${priority}
; One that ends is started again at once; one that ends within 2 s of its start is tried again with growing
; pauses, then given up (FATAL), and tried again by `watch`.
autorestart = true
startsecs = 2
startretries = 4
; The service needs 10 s at most, the engine waits 12, supervisord 20: each fits inside the next.
stopsignal = TERM
stopwaitsecs = 20
; Only the program is told to stop, and it tells the container; what is left after that is killed as a whole.
stopasgroup = false
killasgroup = true
redirect_stderr = true
stdout_logfile = ${logs}/${service}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
""")

_BOOT = Template("""\
# Keeps supervisord, and by it Marigraph's services, running from boot on. Written at each deployment.

[Unit]
Description=Marigraph's services under supervisord
Wants=docker.service network-online.target
After=docker.service network-online.target
StartLimitIntervalSec=0

[Service]
# A switch that a crash or a power cut interrupted is finished or undone first: one release serves, wholly.
ExecStartPre=-${program} clean --boot
ExecStart=${supervisord} --nodaemon --configuration ${configuration}
ExecReload=/bin/kill -HUP $$MAINPID
Restart=always
RestartSec=1
# Supervisord stops its services in order, which takes 20 s at most each, all at the same time.
KillMode=mixed
TimeoutStopSec=45
RuntimeDirectory=marigraph
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
""")


def supervisord_conf(layout: Layout, services: Sequence[Service]) -> str:
    """Return supervisord's configuration for these services, in the order of their start."""
    words = {
        "home": layout.home,
        "logs": layout.logs,
        "run": layout.run,
        "socket": layout.socket,
        "name": layout.name,
        "program": shlex.join(layout.program()),
        "programs": ",".join(service.name for service in services),
    }
    escaped = {name: str(word).replace("%", "%%") for name, word in words.items()}
    programs = [
        _PROGRAM.substitute(escaped, service=service.name, priority=100 * place)
        for place, service in enumerate(services, 1)
    ]
    return "".join([_MAIN.substitute(escaped), *programs])


def boot_unit(layout: Layout, supervisord: str) -> str:
    """Return the systemd unit that starts supervisord at boot."""
    configuration = layout.current / "supervisor/supervisord.conf"
    return _BOOT.substitute(
        program=shlex.join(layout.program()), supervisord=supervisord, configuration=configuration
    )
