"""What is taken from the cookies, with a browser that tells of them."""

from types import SimpleNamespace

from services.scraper.browsing.cookies import SiteCookies

URL = "https://claude.ai/settings/usage"


class Told:
    """A tab in a browser that holds these cookies."""

    url = URL

    def __init__(self, **cookies):
        self._cookies = [{"name": name, "value": value, "expires": -1} for name, value in cookies.items()]
        self.context = SimpleNamespace(new_cdp_session=self._session)

    async def _session(self, _page):
        return SimpleNamespace(send=self._send)

    async def _send(self, _method, _params):
        return {"cookies": self._cookies}


async def test_values_are_masked_as_they_are_and_as_they_are_meant():
    cookies = SiteCookies(Told(sessionKey="canary%2Fvalue"), URL)
    await cookies.look()
    assert cookies.values == ["canary%2Fvalue", "canary/value"]


async def test_a_cookie_that_notes_the_page_looked_at_last_is_no_secret():
    cookies = SiteCookies(Told(last="%2Fsettings%2Fusage", tab="settings", sessionKey="canary"), URL)
    await cookies.look()
    assert cookies.values == ["%2Fsettings%2Fusage", "canary"]
