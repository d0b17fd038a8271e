import subprocess
def test_all(visit, axe):
    cid = subprocess.run([".venv/bin/python", "/tmp/q2.py"], capture_output=True, text=True).stdout.split()[0]
    bad = []
    for dark, phone, who in ((False, False, "Joke Meijer"), (True, True, "Joke Meijer"), (True, False, "Ruud Blok")):
        page = visit("/werklijst", who=who, dark=dark, phone=phone)
        links = page.locator("a[href^='/koppelen/']").evaluate_all("x => x.map(a => a.getAttribute('href'))")[:1]
        paths = ["/werklijst", "/werklijst/lijst", *links, *(f"/clienten/{cid}/{x}" for x in ("werk", "schema", "rollen", "dispenser"))]
        if who != "Ruud Blok": paths.append("/clienten/nieuw")
        page.goto(f"/clienten/{cid}/rollen")
        paths.append(page.locator("table a").first.get_attribute("href"))
        for path in paths:
            page.goto(path)
            try: axe(page)
            except AssertionError as e: bad.append(f"{who} {dark} {phone} {path}: {e}")
            for w in (320, 360, 768, 1024, 1440, 1920):
                page.set_viewport_size({"width": w, "height": 800})
                x = page.evaluate("document.documentElement.scrollWidth")
                if x > w: bad.append(f"overflow {path} {w} {x}")
            page.set_viewport_size({"width": 360, "height": 640} if phone else {"width": 1440, "height": 900})
    assert not bad, "\n".join(bad)
