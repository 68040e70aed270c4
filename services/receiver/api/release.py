"""What the dashboard is made of, as one release.

The files are served below a name that is made of what all of them hold: a browser keeps them as long as it
likes, a page never mixes those of two releases, and modules find each other by relative addresses.
"""

from pathlib import Path

from services.receiver.api.fixed import bodies_below
from services.receiver.giving.tags import tag_of

__all__ = ["BODIES", "NAME", "page_of"]

_FOLDER = Path(__file__).parents[1] / "dashboard"
_OWN_PLACE = ("login/", "index.html", "widget/index.html")

_READ = bodies_below(_FOLDER)

BODIES = {name: body for name, body in _READ.items() if not name.startswith(_OWN_PLACE)}
"""By path: `views/now.js`."""

NAME = tag_of(b"".join(name.encode() + body for name, body in sorted(_READ.items())))[:12]


def page_of(name: str, base: str, *folders: str) -> bytes:
    """Return a page with links to what it needs below `base`, so that a browser asks for all of it at once.

    Its `<!-- styles -->` are those of the folders, its `<!-- modules -->` all modules of the folders, and
    `{release}` is `base`.
    """
    own = sorted(path for path in BODIES if path.startswith(folders))
    styles = [f'<link rel="stylesheet" href="{base}/{path}">' for path in own if path.endswith(".css")]
    modules = [f'<link rel="modulepreload" href="{base}/{path}">' for path in own if path.endswith(".js")]
    page = _READ[name].decode().replace("<!-- styles -->", "\n".join(styles))
    return page.replace("<!-- modules -->", "\n".join(modules)).replace("{release}", base).encode()
