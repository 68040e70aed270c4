"""The console from outside: its JSON, its doors, its control."""

import re
import time
from urllib.parse import quote

import pytest

ERAS = ["2026-02", "2026-04", "2026-06", "2026-07", "2026-09", "2026-10"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def log_in(served, return_to="/settings/usage"):
    return served.call("POST", "/login", f"returnTo={quote(return_to, safe='')}".encode(), **FORM)


def cookie_of(answer):
    return answer.headers["Set-Cookie"].split(";")[0]


def test_it_is_alive(served):
    assert served.get("/livez").status == 200


@pytest.mark.parametrize("path", ["/", "/livez", "/new", "/login", "/practice/state", "/assets/usage.js"])
def test_head_answers_as_get_does_without_a_body(served, path):
    head, get = served.call("HEAD", path), served.get(path)
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("era", ERAS)
def test_the_json_of_each_era_holds_the_figures_of_the_state(served, era):
    served.put(era=era, figures={"session": {"percentage": 47}, "weekly": {"percentage": 31}})
    usage = served.usage().json()
    assert usage["five_hour"]["utilization"] == 47
    assert usage["seven_day"]["utilization"] == 31
    assert served.state()["shown"]["session"]["percentage"] == 47
    assert ("limits" in usage) == (era >= "2026-07")


def test_the_json_of_another_organization_is_not_found(served):
    assert served.get("/api/organizations/00000000-0000-0000-0000-000000000000/usage").status == 404
    assert served.get("/api/organizations/../usage").status == 404


def test_the_old_address_leads_to_the_dialog_from_june_on(served):
    served.put(era="2026-04")
    assert served.get("/settings/usage").status == 200
    served.put(era="2026-06")
    answer = served.get("/settings/usage")
    assert (answer.status, answer.headers["Location"]) == (302, "/new#settings/usage")


def test_without_json_the_page_comes_with_its_figures(served):
    served.put(era="2026-02", json=False, figures={"session": {"percentage": 83}})
    assert b'"utilization":83.0' in served.get("/settings/usage").body
    served.put(json=True)
    assert b"utilization" not in served.get("/settings/usage").body


def test_whoever_is_not_logged_in_is_sent_to_the_login_page(served):
    served.put(access="login")
    answer = served.get("/settings/usage")
    assert answer.status == 302
    assert answer.headers["Location"] == "/login?returnTo=%2Fsettings%2Fusage"
    page = served.get(answer.headers["Location"]).body.decode()
    assert all(words in page for words in ("Log in to Claude", "Continue with Google", "Continue with email"))
    refused = served.usage()
    assert (refused.status, refused.json()["error"]["details"]["error_code"]) == (
        403,
        "account_session_invalid",
    )


def test_a_login_opens_the_page_for_28_days_and_for_scripts_is_out_of_reach(served):
    served.put(access="login")
    answer = log_in(served, "/new")
    assert (answer.status, answer.headers["Location"]) == (303, "/new")
    assert "Max-Age=2419200" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert served.get("/new", Cookie=cookie_of(answer)).status == 200
    assert served.usage(Cookie=cookie_of(answer)).status == 200
    served.put(access="login")
    assert served.get("/new", Cookie=cookie_of(answer)).status == 302


def test_a_login_never_leads_to_another_site(served):
    assert log_in(served, "//evil.example/").headers["Location"] == "/settings/usage"
    page = served.get("/login?returnTo=%22%3E%3Cscript%3E").body.decode()
    assert "<script>" not in page


def test_a_challenge_stands_before_page_and_json_alike(served):
    served.put(access="challenge")
    for answer in (served.get("/settings/usage"), served.usage()):
        assert (answer.status, answer.headers["cf-mitigated"]) == (403, "challenge")
        assert b"<title>Just a moment...</title>" in answer.body
        assert b"Performing security verification" in answer.body


def test_a_blocked_region_is_told_so(served):
    served.put(access="region")
    assert served.get("/settings/usage").headers["Location"] == "/app-unavailable-in-region"
    assert served.get("/app-unavailable-in-region").status == 200


def test_an_http_error_can_be_had_for_the_page_and_for_the_json(served):
    served.put(status=503)
    assert (served.get("/new").status, served.usage().status) == (503, 503)
    served.put(status={"api": 500})
    assert (served.get("/new").status, served.usage().status) == (200, 500)
    served.put(status=None)
    assert served.usage().status == 200


def test_slow_figures_come_after_the_delay(served):
    served.put(delaySeconds=0.6)
    started = time.monotonic()
    assert served.usage().status == 200
    assert time.monotonic() - started >= 0.6


def test_stale_figures_tell_their_age_until_refreshed_and_a_reload_does_not_help(served):
    served.put(stale="until_refresh", staleMinutes=90, figures={"session": {"percentage": 17}})
    for _ in range(2):
        stale = served.usage()
        assert stale.headers["Age"] == "5400"
        assert stale.json()["five_hour"]["utilization"] == 10
    assert served.call("POST", "/settings/usage/refresh").status == 204
    fresh = served.usage()
    assert "Age" not in fresh.headers
    assert fresh.json()["five_hour"]["utilization"] == 17


def test_a_wrong_change_is_a_400_that_names_the_field(served):
    answer = served.call("PUT", "/practice/control", {"era": "1999-01", "json": False})
    assert (answer.status, "$.era" in answer.json()["error"]) == (400, True)
    assert served.get("/practice/control").json()["json"] is True


def test_delete_undoes_every_change(served):
    before = served.get("/practice/control").json()
    served.put(era="2026-02", access="login", stale="until_refresh", figures={"session": {"state": "idle"}})
    assert served.call("DELETE", "/practice/control").json() == before
    assert served.state()["stale"] is False


def test_the_console_has_a_page_for_people_whose_buttons_work(served):
    home = served.get("/").body.decode()
    assert all(f'value="{era}"' in home for era in ERAS)
    assert re.search(r'value="2026-10"\s+aria-pressed="true"', home)
    answer = served.call("POST", "/practice/switch", b"era=2026-07", **FORM)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert served.state()["era"] == "2026-07"
    assert served.call("POST", "/practice/switch", b"era=nonsense", **FORM).status == 400
    served.call("POST", "/practice/switch", b"reset=all", **FORM)
    assert served.state()["era"] == "2026-10"


def test_a_file_that_is_not_for_pages_is_not_served(served):
    assert served.get("/assets/home.html").status == 404
    assert served.get("/assets/..%2Fsettings.py").status == 404
