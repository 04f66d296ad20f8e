"""The alert rules and the dashboard in contrib/, with a Prometheus server that asks a live run.

    prometheus_test.py PROGRAM CONTRIB

Each expression gives data, and the alerts come when they are due (alerts.test.yml). Exits with 77 (skipped) where
listening is not allowed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from live_run import start, wait_for_listening, wait_until_confined
from program import Program
from server import PATIENCE, free_port, listening, nginx, publish, running, wait_until

CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: rtmpscope
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
COMPARISON = re.compile(r"\s(?:>|<|<=|>=)\s-?[\d.e+]+$")
# Nothing of the kind happens in the test's session: that figure divides by none.
MAY_BE_NO_NUMBER = ("Requests that were refused",)


def check_rules(rules):
    """As promtool sees them; it looks for the file beside the tests."""
    for tests in ("check", "test"):
        with tempfile.TemporaryDirectory() as name:
            shutil.copy(rules, name)
            shutil.copy(Path(__file__).with_name("alerts.test.yml"), name)
            file = rules.name if tests == "check" else "alerts.test.yml"
            result = subprocess.run(["promtool", tests, "rules", file], cwd=name, capture_output=True, text=True,
                                    check=False)
            assert result.returncode == 0, result.stdout + result.stderr


class Server:
    """Prometheus, asked over HTTP."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"

    def get(self, path, **query):
        query = urllib.parse.urlencode(query)
        with urllib.request.urlopen(f"{self.base}{path}?{query}", timeout=PATIENCE) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        """Values by labels."""
        result = self.get("/api/v1/query", query=expression)["result"]
        return {tuple(sorted(each["metric"].items())): float(each["value"][1]) for each in result}

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.base}/-/ready", timeout=PATIENCE) as answer:
                return answer.status == 200
        except OSError:
            return False


def prometheus(folder, rules, port, metrics):
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION.format(rules=rules, port=metrics))
    command = ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}",
               f"--web.listen-address=127.0.0.1:{port}"]
    return running(command, stdout=subprocess.DEVNULL, stderr=open(folder / "prometheus.log", "wb"))


def play(port):
    """A second: nginx does not tell a player that there is no more."""
    address = f"rtmp://127.0.0.1:{port}/live/test"
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "quiet", "-i", address, "-t", "1", "-f", "null", "-"],
                   stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE)


def traffic(port):
    with ThreadPoolExecutor() as pool:
        publisher = pool.submit(publish, port)
        time.sleep(1)
        pool.submit(play, port).result()
        publisher.result()


def dashboard_expressions(dashboard):
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")
            assert "$" not in expression, expression
            yield panel["title"], expression


def check_dashboard(dashboard, server):
    """All panels show something, but for what did not happen."""
    count = 0
    for title, expression in dashboard_expressions(dashboard):
        values = server.query(expression)
        assert values, f"{title}: {expression} gives nothing"
        numbers = [value for value in values.values() if value == value]
        assert numbers or title in MAY_BE_NO_NUMBER, f"{title}: {expression} gives no number"
        count += 1
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in dashboard["panels"])
    assert {"publish", "play"} <= {dict(labels)["use"] for labels in server.query("rtmpscope_key_frames_total > 0")}
    return count


def check_alerts(server, rules_file):
    """The server has them all; what an alert compares is there."""
    rules = [rule for group in server.get("/api/v1/rules")["groups"] for rule in group["rules"]]
    assert len(rules) == rules_file.read_text().count("- alert:") > 0, rules
    for rule in rules:
        assert rule["health"] == "ok" and not rule.get("lastError"), rule
        compared, comparisons = COMPARISON.subn("", rule["query"])
        assert comparisons == 1, rule["query"]
        assert server.query(compared), f"{rule['name']}: {compared} gives nothing"
    firing = {alert["labels"]["alertname"] for alert in server.get("/api/v1/alerts")["alerts"]}
    assert not firing & {"RtmpscopeAway", "RtmpscopePacketsDropped", "RtmpRequestsUnanswered"}, firing
    return len(rules)


def main():
    program, contrib = Program(sys.argv[1]), Path(sys.argv[2]).resolve()
    rules = contrib / "prometheus" / "rtmpscope.rules.yml"
    check_rules(rules)
    dashboard = json.loads((contrib / "grafana" / "rtmpscope.json").read_text())
    with tempfile.TemporaryDirectory() as name:
        folder, (port, metrics, web) = Path(name), (free_port(), free_port(), free_port())
        os.chmod(name, 0o777)
        _, context = start(program, folder, port, "--summary", "--metrics", f"127.0.0.1:{metrics}")
        with nginx(folder, port), context as live, prometheus(folder, rules, web, metrics):
            wait_for_listening(live, folder)
            wait_until_confined(live)
            server = Server(web)
            wait_until(server.is_ready, "Prometheus does not start")
            wait_until(lambda: listening(port), "nginx does not listen")
            wait_until(lambda: server.query("rtmpscope_build_info"), "Prometheus does not ask")
            traffic(port)
            closed = "sum(rtmpscope_connections_closed_total)"
            wait_until(lambda: list(server.query(closed).values()) == [2.0], "the end of the sessions is not known")
            wait_until(lambda: all(rule["health"] != "unknown" for group in server.get("/api/v1/rules")["groups"]
                                   for rule in group["rules"]), "not all rules are evaluated")
            expressions, alerts = check_dashboard(dashboard, server), check_alerts(server, rules)
            live.terminate()
            assert live.wait(PATIENCE) == 0
    print(f"{expressions} expressions of the dashboard, {alerts} alerts")


if __name__ == "__main__":
    main()
