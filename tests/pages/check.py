"""Opens reports of recorded runs in headless Chromium, and looks at what came of them."""

import base64
import hashlib
import html.parser
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

READY_MS_MAX = 1000
BYTES_MAX = 400_000
HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=\"1\">\u202etxt\x01 & <b>"


class Texts(html.parser.HTMLParser):
    """What a reader sees, and which elements there are."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.tags, self.attributes, self.title = [], [], {}, ""
        self.inside = []
        self.feed(page)
        self.text = " ".join(self.texts)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "html":
            self.attributes = dict(attrs)
        if tag in ("script", "style", "title"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, text):
        if not self.inside:
            self.texts.append(text)
        elif self.inside[-1] == "title" and "svg" not in self.tags:  # a drawing has titles of its own
            self.title += text


class Pages:
    def __init__(self, root):
        self.root = Path(root)
        self.program = self.root / "build/release/rehearse"
        self.work = Path(tempfile.mkdtemp(prefix="rehearse-pages-"))
        self.passed = self.failed = 0

    def expect(self, so, what):
        self.passed += bool(so)
        self.failed += not so
        if not so:
            print(f"pages: failed: {what}")

    def report(self, run, form):
        environment = {**os.environ, "REHEARSE_ROOT": str(self.root)}
        done = subprocess.run([self.program, "report", run, "--format", form], env=environment,
                              stdout=subprocess.PIPE, check=False, timeout=60)
        return done.stdout

    def browse(self, page, *options):
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
             f"--user-data-dir={self.work}/browser", *options, page.as_uri()],
            capture_output=True, text=True, check=False, timeout=60)

    def open(self, name, page):
        """The page's texts once its script has run; its complaints are failures."""
        self.browse(page, "--dump-dom")  # the browser's own start is not the page's
        shown = self.browse(page, "--dump-dom")
        complaints = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
        self.expect(not complaints, f"{name}: the console says {complaints[:3]}")
        texts = Texts(shown.stdout)
        ready = texts.attributes.get("data-ready")
        self.expect(ready is not None, f"{name}: the script did not come to its end")
        self.expect(float(ready or 1e9) <= READY_MS_MAX, f"{name}: ready after {ready} ms of {READY_MS_MAX}")
        print(f"pages: {name}: {page.stat().st_size} bytes, ready after {ready} ms")
        return texts

    def check_run(self, run):
        name = run.name
        page = self.work / f"{name}.html"
        page.write_bytes(self.report(run, "html"))
        self.expect(page.stat().st_size <= BYTES_MAX, f"{name}: {page.stat().st_size} bytes of {BYTES_MAX}")
        report = json.loads(self.report(run, "json"))
        texts = self.open(name, page)
        self.check_figures(name, texts, report)
        self.shots(name, page)

    def check_figures(self, name, texts, report):
        """Each check's figures and each sum of revenue stand in the page as report.json has them."""
        self.expect(texts.title == f"{report['verdict'].upper()} {report['run']['scenario']}", f"{name}: its title")
        for check in report["checks"]:
            figures = f"{check['check']} {spaced(check['examined'])} {spaced(check['violations'])} "
            if check["verdict"] != "not_applicable":
                self.expect(figures in texts.text, f"{name}: {figures}")
            for witness in check["witnesses"] if check["verdict"] in ("fail", "inconclusive") else []:
                self.expect(witness in texts.text, f"{name}: the witness {witness}")
        for row in report["pnl"]:
            for source, minor in row["sources"].items():
                if minor is not None:
                    self.expect(money(minor, row["exponent"]) in texts.text, f"{name}: {source} {minor}")
        for limit in report["limits"]:
            self.expect(limit in texts.text, f"{name}: {limit}")

    def shots(self, name, page):
        """Screenshots for people to look at, in build/tests/pages/."""
        folder = self.root / "build/tests/pages"
        folder.mkdir(parents=True, exist_ok=True)
        looks = {"light": (1240, 4000, []), "narrow": (500, 4000, []),
                 "dark": (1240, 4000, ["--blink-settings=preferredColorScheme=0"])}
        for look, (width, height, options) in looks.items():
            shot = folder / f"{name}-{look}.png"
            shot.unlink(missing_ok=True)
            self.browse(page, f"--window-size={width},{height}", "--hide-scrollbars", f"--screenshot={shot}", *options)
            self.expect(shot.exists(), f"{name}: no screenshot ({look})")

    def check_hostile(self, run):
        copy = self.work / "hostile"
        shutil.copytree(run, copy)
        facts = json.loads((copy / "run.json").read_text())
        facts["title"] = HOSTILE
        for fault in facts.get("faults", []):
            fault["target"] = HOSTILE
        (copy / "run.json").write_text(json.dumps(facts))
        page = self.work / "hostile.html"
        page.write_bytes(self.report(copy, "html"))
        texts = self.open("hostile", page)
        self.expect("img" not in texts.tags and "b" not in texts.tags, "hostile: markup of a title became elements")
        self.expect("taken" not in texts.title, "hostile: a script of a title ran")
        self.expect("<img src=x" in texts.text, "hostile: the title is not shown as it is")
        self.expect("⟨U+202E⟩txt⟨U+0001⟩" in texts.text, "hostile: what is unseen is not shown")

    def check_policy(self, run):
        """A script that stands in the page without being the page's own does not run."""
        page = self.work / "added.html"
        text = self.report(run, "html").decode()
        page.write_text(text.replace("</body>", "<script>document.body.id = 'taken'</script></body>"))
        shown = self.browse(page, "--dump-dom")
        self.expect('id="taken"' not in shown.stdout, "policy: a foreign script ran")
        self.expect("Content Security Policy" in shown.stderr, "policy: the browser did not refuse it")

    def check_charts(self):
        """The chart library that is kept here is what the lock file names."""
        kept = self.root / "reports/html/uplot"
        lock = json.loads((kept / "package-lock.json").read_text())["packages"]["node_modules/uplot"]
        if not shutil.which("npm"):
            print("pages: npm is missing: the kept chart library is not compared with its lock file")
            return
        packed = subprocess.run(["npm", "pack", "--silent", "--pack-destination", self.work, f"uplot@{lock['version']}"],
                                capture_output=True, text=True, check=False, timeout=120, cwd=self.work)
        archive = self.work / f"uplot-{lock['version']}.tgz"
        if not archive.exists():
            self.expect(False, f"charts: npm could not fetch uplot: {packed.stderr.strip()[:200]}")
            return
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        self.expect(lock["integrity"] == "sha512-" + digest, "charts: the package is not that of the lock file")
        shutil.unpack_archive(archive, self.work / "uplot", "gztar")
        for ours, theirs in (("uPlot.iife.min.js", "dist/uPlot.iife.min.js"), ("uPlot.min.css", "dist/uPlot.min.css"),
                             ("LICENSE", "LICENSE")):
            same = (kept / ours).read_bytes() == (self.work / "uplot/package" / theirs).read_bytes()
            self.expect(same, f"charts: reports/html/uplot/{ours} is not the package's")


def spaced(count):
    return f"{count:,}".replace(",", " ").replace("-", "−")


def money(minor, exponent):
    sign, digits = ("−", minor[1:]) if minor.startswith("-") else ("", minor)
    digits = digits.rjust(exponent + 1, "0")
    return sign + (digits[:-exponent] + "." + digits[-exponent:] if exponent else digits)


def main():
    pages = Pages(sys.argv[1])
    try:
        runs = [pages.root / "tests/data/runs/pass", pages.root / "tests/data/runs/fail"]
        for run in runs + [Path(run) for run in os.environ.get("PAGES_RUNS", "").split()]:
            pages.check_run(run)
        pages.check_hostile(runs[1])
        pages.check_policy(runs[0])
        pages.check_charts()
    finally:
        shutil.rmtree(pages.work)
    print(f"{pages.passed} passed, {pages.failed} failed")
    sys.exit(pages.failed > 0)


main()
