from __future__ import annotations
import json, random, threading
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server, WSGIRequestHandler
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from playwright.sync_api import sync_playwright
from reik.alerting.drills.holding import hold, hold_client
from reik.alerting.drills.answering import end_over
from reik.alerting.drills.answering import answer
from reik.alerting.models import *
from reik.kernel import facts
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.operations import open_account
from reik.kernel.outbox import MessageFailed, MessageSent
from tests import cast
from tests.contexts.screens_town import Visits, as_worker, found_town

AXE = Path("tests/browser/vendor/axe.min.js").read_text()
ACTIONS = {"centre": "phone_client", "carer": "ask_carer", "team": "ask_team"}

class Quiet(WSGIRequestHandler):
    def log_message(self, *a): pass
class Server(ThreadingMixIn, WSGIServer): daemon_threads = True

def test_look(database, now, monkeypatch):
    town = found_town(now, monkeypatch)
    for n, name in enumerate(["A. (Annie) de Boer", "J. Jansen-van der Meulen", "K. Smit"]): town.move_in(name, town.north)
    town.accounts["manager"] = open_account(organisation_id=town.care.id, username="manager", display_name="Marleen Vos", role="team_manager", now=now)
    from reik.people.operations import join_team
    join_team(organisation_id=town.care.id, team_id=town.north.id, account_id=town.accounts["manager"].id, now=now)
    default = Arrangement.objects.get(client=None)
    dest = {s.action: s.destination for s in default.steps.all()}
    rnd = random.Random(3)
    for n in range(90):
        voice = rnd.choice(list(town.voices.values()))
        due = now - timedelta(minutes=rnd.randrange(120, 27*1440))
        m = cast.plan(voice, f"x-{n}", due, now=now - timedelta(days=30))
        op = due + cast.WINDOW + timedelta(seconds=5)
        person = rnd.random() < .6
        closed = op + timedelta(seconds=rnd.randrange(60, 4000))
        a = Alert.objects.create(id=new_id(op), organisation_id=town.care.id, client_id=voice.client_id, dispenser_id=voice.id, moment_id=m, arrangement=default, cause=rnd.choice(["not_out","partly","unknown"]), reason="", priority=1, state="closed", opened_at=op, answered_at=op+timedelta(seconds=rnd.randrange(20,500)) if person else None, handled_at=closed if person else None, handled_as="false_notice" if person else "", closed_at=closed, closed_as="false_notice" if person else "out_after_all", remote=rnd.random()<.75 if person else None)
        for p in range(1, rnd.choice([2,2,2,3,4])):
            nm = list(ACTIONS)[p-1]
            Step.objects.create(id=new_id(op), organisation_id=town.care.id, alert=a, position=p, action=ACTIONS[nm], responder={"centre":"Zorgcentrale","carer":"Petra","team":"Team Noord"}[nm], destination=dest[ACTIONS[nm]], due_at=op, state=2, taken_at=op+timedelta(minutes=5*(p-1), seconds=2))
    for kind, ev, sub in (("drifts_later", {"weeks_s":[300,600,900,1200],"moments":[]}, "08:00"), ("silent_step", {"position":2,"responder":"Petra","calls":7,"alerts":[]}, "2 Petra"), ("late_presses", {"late":6,"alerts":8,"longer_min":10,"moments":[]}, "18:00")):
        Proposal.objects.create(id=new_id(now), organisation_id=town.care.id, client_id=town.id("A. (Annie) de Boer"), kind=kind, subject=sub, evidence=ev, proposed_at=now)
    from reik.alerting.operations import agree_arrangement
    agree_arrangement(organisation_id=town.care.id, client_id=town.id("K. Smit"), route=cast.three_steps({"centre":dest["phone_client"],"carer":dest["ask_carer"],"team":dest["ask_team"]})[1:], agreed_by="Anja", now=now-timedelta(days=2))
    (drill,) = hold([(default.id, 0)], why="on_demand", by="Anja", now=now - timedelta(minutes=3))
    steps = list(DrillStep.objects.filter(drill_id=drill).order_by("position"))
    facts.publish([MessageSent(message_id=steps[0].id), MessageSent(message_id=steps[2].id)], now - timedelta(minutes=2))
    facts.publish([MessageFailed(message_id=steps[1].id, error="no such number (SIP 484)")], now - timedelta(minutes=2))
    answer(steps[0].id, [town.care.id], by="Noor", now=now - timedelta(minutes=1))
    (other,) = hold_client(town.id("K. Smit"), why="go_live", by="Anja", now=now - timedelta(days=1)) or [drill]
    end_over(now)
    become(Role.WEB)
    visits = Visits(town)
    cookies = {}
    for who in ("manager", "nurse", "operator", "daughter"):
        cookies[who] = visits.by(who).cookies["sessionid"].value
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    pages = [("manager", "/belasting"), ("manager", "/belasting/cijfer/all"), ("manager", "/oefeningen"), ("manager", f"/oefeningen/{drill}"), ("manager", f"/oefeningen/{other}"), ("nurse", f"/oefening/{steps[2].id}"), ("nurse", "/team"), ("nurse", f"/clienten/{town.id('K. Smit')}/opvolgafspraak")]
    out = {}
    import os
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for i, (who, address) in enumerate(pages):
            for (w, h), scheme, lang in (((1440, 900), "light", "nl"), ((390, 844), "dark", "en")):
                ctx = browser.new_context(viewport={"width": w, "height": h}, color_scheme=scheme)
                ctx.add_cookies([{"name": "sessionid", "value": cookies[who], "url": base}, {"name": "reik_taal", "value": lang, "url": base}, {"name":"reik_weergave","value":scheme,"url":base}])
                page = ctx.new_page()
                page.goto(base + address, wait_until="load")
                page.screenshot(path=f"/tmp/H-{i}-{w}.png", full_page=True)
                page.evaluate(AXE)
                found = page.evaluate("async () => (await axe.run({runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa','best-practice']})).violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0,120))])")
                wide = page.evaluate("document.documentElement.scrollWidth")
                out[f"{address} {w}"] = [found, wide]
                ctx.close()
        browser.close()
    server.shutdown()
    Path("/tmp/H-look.json").write_text(json.dumps(out, indent=1))
