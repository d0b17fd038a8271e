import threading, json, subprocess, sys
import pytest
from django.db import connection
from reik.kernel.database import Role, become
from tests.contexts.pathway.test_forms import *
from wsgiref.simple_server import make_server, WSGIServer
from socketserver import ThreadingMixIn
class S(ThreadingMixIn, WSGIServer): daemon_threads=True
def test_shots(town, visits):
    door=f"/clienten/{town.id(ANNIE)}/formulieren"
    import wsgiref.simple_server as w
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings
    w.WSGIRequestHandler.log_message=lambda *a,**k:None
    c=lambda who: visits.by(who).cookies["sessionid"].value
    with override_settings(ALLOWED_HOSTS=["*"], SESSION_COOKIE_SECURE=False):
        server=make_server("127.0.0.1",0,get_wsgi_application(),server_class=S); port=server.server_port
        threading.Thread(target=server.serve_forever,daemon=True).start()
        def shoot(who,pairs):
            p=subprocess.run([sys.executable,"/tmp/shoot_f.py",f"http://localhost:{port}",c(who),json.dumps(pairs)],capture_output=True,text=True); print(p.stdout[-6000:],p.stderr[-3000:])
        shoot("nurse",[("c-missing",door),("f-missing",f"{door}/fault")])
        complete(town)
        shoot("nurse",[("c-list",door),("c-fault",f"{door}/fault"),("c-selection",f"{door}/selection"),("c-client",f"/clienten/{town.id(ANNIE)}")])
        r=visits.by("mia").post("/formulieren/fault/nl/schrijven",{"tekst":own_text("fault","nl").body+"\nBij brand: bel 112.\n","na":"0","knop":"bewaar"})
        shoot("mia",[("o-list","/formulieren"),("o-text","/formulieren/loading/nl"),("o-write","/formulieren/loading/nl/schrijven")])
        shoot("mo",[("o-version",r["Location"])])
        server.shutdown()
    connection.close(); become(Role.WORKER)
