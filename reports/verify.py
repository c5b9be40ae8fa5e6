#!/usr/bin/env python3
"""Verifies a run's folder with nothing but Python 3.8 and, for signatures, the openssl program.

    verify.py RUN [--signed-by PUBLIC_KEY.pem]

It shares no code with the harness. It holds the folder against its manifest and its audit trail,
recomputes the core of the verdict from the books and the clients' history (double entry, the hash
chain, balances, withdrawals paid twice, acknowledged writes that are lost, gross gaming revenue),
and compares that with report.json. Exit 0: all agrees; 1: something does not; 64: no run.
What it does not recompute (times, service levels, the other checks) it takes from nobody: it names it.
"""

import argparse
import base64
import csv
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

KINDS = ("bet win rollback balance deposit deposit_settled payout payout_settled spin spin_settled cancel convert"
         " credit session bonus_claim lifeline stream report contact table_bet").split()
# Where what an acknowledgement promises must be found: book, and the step of the key.
PROMISES = {"bet": ("ledger", ""), "win": ("ledger", ""), "rollback": ("ledger", ""), "convert": ("ledger", ""),
            "table_bet": ("ledger", ""), "deposit": ("intents", ""), "payout": ("intents", ""),
            "lifeline": ("intents", ""), "deposit_settled": ("ledger", "deposit"),
            "payout_settled": ("ledger", "payout"), "spin": ("ledger", "bet"), "spin_settled": ("round", ""),
            "cancel": ("ledger", "release"), "bonus_claim": ("ledger", "grant")}
POSTINGS = {"bet", "win", "rollback", "convert", "table_bet"}
OF_RELATED = {"deposit_settled", "payout_settled", "spin_settled", "cancel"}
STAKES, WINNINGS = {"bet", "rollback", "round_void"}, {"win", "bonus_win", "jackpot_win"}
MADE_LATER = {"manifest.json", "manifest.json.sig", "report.json", "report.html", "report.md", "junit.xml",
              "audit.jsonl"}
OK = 1
csv.field_size_limit(1 << 30)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def openssl_verifies(key_hex, text, signature):
    """None where there is no openssl."""
    der = bytes.fromhex("302a300506032b6570032100" + key_hex)
    pem = "-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der).decode() + "\n-----END PUBLIC KEY-----\n"
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("key", "text", "signature")]
        for name, data in zip(names, (pem.encode(), text, signature)):
            with open(name, "wb") as file:
                file.write(data)
        try:
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", names[0], "-rawin", "-in",
                                   names[1], "-sigfile", names[2]], capture_output=True).returncode == 0
        except FileNotFoundError:
            return None


def public_key(path):
    """The 32 bytes of a PEM file as hex."""
    with open(path) as file:
        der = base64.b64decode("".join(line.strip() for line in file if "-----" not in line))
    if len(der) != 44 or der[:12] != bytes.fromhex("302a300506032b6570032100"):
        raise ValueError(path + ": no public key of Ed25519")
    return der[12:].hex()


class Verifier:
    def __init__(self, folder, signed_by):
        self.folder, self.signed_by = folder, signed_by
        self.wrong, self.unseen = [], []

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def table(self, name):
        """None where the platform has no such book."""
        if not os.path.exists(self.path("books/%s.csv" % name)):
            return None
        with open(self.path("books/%s.csv" % name), newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    # The folder.

    def check_manifest(self):
        text = self.read("manifest.json")
        manifest = json.loads(text)
        recorded, found = manifest["files"], {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), self.folder)
                real = os.path.join(folder, name)
                if path in MADE_LATER or path.startswith(("logs/", "books/incomplete/")):
                    continue
                if os.path.isfile(real) and not os.path.islink(real):
                    found[path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")] = path
        for name in sorted(recorded.keys() - found.keys()):
            self.wrong.append(name + " is gone")
        for name in sorted(found.keys() - recorded.keys()):
            self.wrong.append(name + " came later")
        for name in sorted(found.keys() & recorded.keys()):
            if sha256(self.read(found[name])) != recorded[name]["sha256"]:
                self.wrong.append(name + " changed" + self.rows_changed(found[name], recorded[name].get("row_sums")))
        self.check_manifest_signature(manifest, text)
        return len(recorded), sha256(text)

    def rows_changed(self, name, sums):
        if not sums:
            return ""
        rows = []
        for line in self.read(name).splitlines(keepends=True):  # a line's end between quotes belongs to its field
            if rows and not name.endswith(".jsonl") and rows[-1].count(b'"') % 2:
                rows[-1] += line
            else:
                rows.append(line)
        now = [sha256(row)[:8] for row in rows]
        then = [sums[i:i + 8] for i in range(0, len(sums), 8)]
        first = next((i for i, (a, b) in enumerate(zip(then, now)) if a != b), min(len(then), len(now)))
        return ": %d rows, recorded were %d; the first that differs is row %d" % (
            len(now), len(then), first + (1 if name.endswith(".jsonl") else 0))

    def check_manifest_signature(self, manifest, text):
        key = manifest.get("signed_by")
        if not key:
            return
        signature = self.read("manifest.json.sig") if os.path.exists(self.path("manifest.json.sig")) else b""
        verified = openssl_verifies(key, text, signature)
        if verified is None:
            self.unseen.append("the manifest's signature: there is no openssl")
        elif not verified:
            self.wrong.append("manifest.json is not as %s signed it" % key)

    def check_audit(self, manifest_sum):
        """Its signer; None: nobody."""
        if not os.path.exists(self.path("audit.jsonl")):
            if self.run.get("audited") or self.signed_by:
                self.wrong.append("audit.jsonl is gone")
            return None
        before, last, signed, signature = "0" * 64, {}, b"", b""
        for number, line in enumerate(self.read("audit.jsonl").splitlines(), 1):
            match = re.fullmatch(rb'(.*),"sha256":"([0-9a-f]{64})"}', line)
            if not match or sha256(match[1]) != match[2].decode():
                self.wrong.append("audit.jsonl: line %d was altered" % number)
                return None
            # Fields of the signed part alone count: nobody answers for what stands behind it.
            signed, _, signature = match[1].partition(b',"signature":"')
            last = json.loads(signed + b"}")
            if last["n"] != number or last["before"] != before:
                self.wrong.append("audit.jsonl: line %d does not follow the one before it" % number)
            before = match[2].decode()
        if last.get("kind") != "sealed":
            self.wrong.append("audit.jsonl: it does not end as it was sealed")
        elif last["manifest_sha256"] != manifest_sum:
            self.wrong.append("audit.jsonl was sealed for another manifest")
        return self.signer_of(last.get("key") or None, signed, signature)

    def signer_of(self, key, signed, signature):
        if key:
            whole = re.fullmatch(rb'([A-Za-z0-9_-]{86})"', signature)
            raw = base64.urlsafe_b64decode(whole[1] + b"==") if whole else b""
            verified = openssl_verifies(key, signed, raw)
            if verified is None:
                self.unseen.append("the audit trail's signature: there is no openssl")
            elif not verified:
                self.wrong.append("audit.jsonl: the signature of the last line is not over this trail")
        if key != (self.signed_by or self.run.get("audit_key") or None):
            self.wrong.append("audit.jsonl is signed by %s, and must be by %s" % (
                key or "nobody", self.signed_by or self.run.get("audit_key") or "nobody"))
        return key

    # The books.

    def load(self):
        self.run = json.loads(self.read("run.json"))
        self.report = json.loads(self.read("report.json"))
        self.entries, self.transactions, self.by_key = self.table("ledger_entries"), {}, {}
        for entry in self.entries or ():
            entry["amount_minor"], entry["seq"] = int(entry["amount_minor"]), int(entry["seq"])
            self.transactions.setdefault(entry["tx"], []).append(entry)
        for legs in self.transactions.values():
            self.by_key.setdefault(legs[0]["key"], []).append(legs)

    def load_history(self):
        data = self.read("history.bin")
        magic, _, operation_bytes, attempt_bytes, _ = struct.unpack_from("<8sIIII", data)
        if magic != b"RHRSHIST" or (operation_bytes, attempt_bytes) != (56, 112):
            raise ValueError("history.bin is no history that this file reads")
        run_key = data[24:72].split(b"\0")[0].decode()
        _, _, _, operations_at, attempts_at, operations, attempts = struct.unpack_from("<q6Q", data, 72)
        answers = {}  # of what was acknowledged
        for i in range(attempts):
            operation, _, outcome = struct.unpack_from("<QIB", data, attempts_at + i * 112)
            if outcome == OK:
                answers.setdefault(operation, struct.unpack_from("<q", data, attempts_at + i * 112 + 40)[0])
        history = []
        for i in range(operations):
            at = operations_at + i * 56
            amount, _, related = struct.unpack_from("<qqQ", data, at + 16)
            history.append((KINDS[data[at + 8]], amount, related))
        return run_key, history, answers

    def ledger_balanced(self):
        wrong, last = [], {}
        for entry in sorted(self.entries, key=lambda e: (e["ledger"], e["seq"])):
            expected = last.get(entry["ledger"], 0) + 1
            if entry["seq"] != expected:
                wrong.append("ledger %s: seq %d where %d belongs" % (entry["ledger"], entry["seq"], expected))
            last[entry["ledger"]] = entry["seq"]
        for tx, legs in self.transactions.items():
            sums = Counter()
            for leg in legs:
                sums[leg["currency"]] += leg["amount_minor"]
            wrong += ["tx %s sums to %d minor %s" % (tx, sum_, cur) for cur, sum_ in sums.items() if sum_]
            if len(legs) < 2:
                wrong.append("tx %s has a single entry" % tx)
        return wrong

    def ledger_chain(self):
        wrong, before = [], {}
        columns = ("ledger seq tx key account currency amount_minor version kind round region_term timeline epoch"
                   " prev_hash").split()
        for entry in sorted(self.entries, key=lambda e: (e["ledger"], e["seq"])):
            if entry["prev_hash"] != before.get(entry["ledger"], "0" * 64):
                wrong.append("seq %d does not follow the entry before it" % entry["seq"])
            if sha256("|".join(str(entry.get(c) or "") if c != "amount_minor" else str(entry[c])
                               for c in columns).encode()) != entry["hash"]:
                wrong.append("seq %d (tx %s) is not what its hash was made of" % (entry["seq"], entry["tx"]))
            before[entry["ledger"]] = entry["hash"]
        return wrong

    def balances_match(self):
        sums, accounts = Counter(), self.table("accounts")
        if accounts is None:
            return None
        for entry in self.entries:
            sums[entry["account"]] += entry["amount_minor"]
        known = Counter(row["account"] for row in accounts)
        return (["%s: balance %s, its entries sum to %d" % (row["account"], row["balance_minor"], sums[row["account"]])
                 for row in accounts if int(row["balance_minor"]) != sums[row["account"]]]
                + ["%s: account twice" % name for name, count in known.items() if count > 1]
                + ["%s: has entries but no account" % name for name in sums if name not in known])

    def no_duplicate_payouts(self):
        transfers, payouts = defaultdict(list), defaultdict(list)
        rows = self.table("provider_transfers")
        if rows is None:
            return None
        for row in rows:
            if row["direction"] == "out" and row["state"] in ("succeeded", "pending"):
                transfers[row["business_key"]].append(row)
        for legs in self.transactions.values():
            if legs[0]["kind"] == "payout":
                payouts[legs[0]["key"].split(":")[0]].append(legs)
        wrong = ["%s: paid %d times" % (key, len(sent)) for key, sent in transfers.items() if len(sent) > 1]
        wrong += ["%s: %d payouts in the ledger" % (key, len(had)) for key, had in payouts.items() if len(had) > 1]
        for key, sent in transfers.items():
            if len(sent) == 1 and len(payouts.get(key, ())) == 1:
                legs = payouts[key][0]
                held = abs(moved(legs, ("held",)))
                if (held, legs[0]["currency"]) != (int(sent[0]["amount_minor"]), sent[0]["currency"]):
                    wrong.append("%s: %s paid %s, the ledger %d" % (
                        key, sent[0]["provider"], sent[0]["amount_minor"], held))
        return wrong

    def lost_writes(self):
        """What was acknowledged and no book has."""
        intents = self.table("intents")
        if intents is None:
            return None
        intents = {row["key"] for row in intents}
        run_key, history, answers = self.load_history()
        given_back = {key.split(":")[0] for key, found in self.by_key.items()
                      for legs in found if moved(legs, ("cash", "bonus")) > 0}
        lost = []
        for number, told in answers.items():
            kind, amount, related = history[number]
            if kind not in PROMISES or (kind == "lifeline" and amount == 0):
                continue
            book, step = PROMISES[kind]
            if kind in OF_RELATED and related >= len(history):
                continue
            key = "%s-%06d" % (run_key, related if kind in OF_RELATED else number)
            if book == "round":
                here = told == 0 or key in given_back
            elif book == "ledger" and (kind not in POSTINGS or told != 0):
                here = (key + ":" + step if step else key) in self.by_key
            else:
                here = (key + ":bet" if kind == "spin" else key) in intents
            if not here:
                lost.append("%s: a %s of %d minor was acknowledged and is in no book" % (key, kind, told or amount))
        return lost

    def revenue(self):
        """Of the ledger, by currency."""
        found = Counter({legs[0]["currency"]: 0 for legs in self.transactions.values()})
        for legs in self.transactions.values():
            if legs[0]["kind"] in STAKES | WINNINGS:
                found[legs[0]["currency"]] -= moved(legs, ("cash", "bonus"))
        return found

    def compare(self):
        checks, rows = {check["check"]: check for check in self.report["checks"]}, []
        ours = {"ledger_balanced": self.ledger_balanced, "ledger_chain": self.ledger_chain,
                "balances_match": self.balances_match, "no_duplicate_payouts": self.no_duplicate_payouts}
        for name, examine in ours.items():
            said = checks.get(name)
            found = examine() if said and said["verdict"] != "not_applicable" else None
            if found is None:
                continue
            rows.append((name, said["verdict"], len(found)))
            # The harness looks at more than this file in some: it may find more, never less.
            exact = name in ("ledger_chain", "no_duplicate_payouts")
            if found and said["verdict"] != "fail" or exact and len(found) != said["violations"]:
                self.wrong.append("%s: report.json says %s with %d violations, the books show %d: %s" % (
                    name, said["verdict"], said["violations"], len(found), "; ".join(found[:3]) or "none"))
        self.compare_loss(rows)
        for row in self.report["pnl"]:
            said, found = row["sources"]["ledger"], self.revenue()[row["currency"]]
            rows.append(("revenue " + row["currency"], said, found))
            if said is not None and int(said) != found:
                self.wrong.append("revenue in %s: report.json says %s, the ledger %d" % (row["currency"], said, found))
        self.compare_verdict(checks)
        self.unseen.append("times, service levels, and the checks " + ", ".join(sorted(
            name for name, check in checks.items()
            if name not in ours and name != "no_lost_writes" and check["verdict"] != "not_applicable")))
        return rows

    def compare_loss(self, rows):
        said = next((row for row in self.report["rpo"] if row["store"] == "ledger"), None)
        lost = self.lost_writes() if said and said["lost_count"] is not None else None
        if lost is None:
            return
        rows.append(("lost writes", said["lost_count"], len(lost)))
        if len(lost) != said["lost_count"]:
            self.wrong.append("lost: report.json says %d, the books show %d: %s" % (
                said["lost_count"], len(lost), "; ".join(lost[:3]) or "none"))

    def compare_verdict(self, checks):
        """The verdict follows from the checks, and what is met from the verdict."""
        verdicts = {check["verdict"] for check in checks.values()}
        said = self.report["verdict"]
        if ("fail" in verdicts) != (said == "fail") or said == "pass" and "inconclusive" in verdicts:
            self.wrong.append("verdict: report.json says %s, its checks are %s" % (said, ", ".join(sorted(verdicts))))
        if not self.run.get("expect_fail") and self.report["met"] != (said == "pass"):
            self.wrong.append("met: report.json says %s with the verdict %s" % (self.report["met"], said))


def moved(legs, buckets):
    """Of players' accounts, in the currency of the first entry."""
    return sum(leg["amount_minor"] for leg in legs
               if leg["currency"] == legs[0]["currency"] and leg["account"].startswith("player:")
               and leg["account"].split(":")[2] in buckets)


def shown(text):
    """Nothing of a run's words reaches the terminal as an escape."""
    return "".join(c if c.isprintable() else "\ufffd" for c in str(text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="folder of a run")
    parser.add_argument("--signed-by", help="public key (PEM) that must have signed")
    given = parser.parse_args()
    try:
        verifier = Verifier(given.run, public_key(given.signed_by) if given.signed_by else None)
        files, manifest_sum = verifier.check_manifest()
        verifier.load()
        signer = verifier.check_audit(manifest_sum)
        rows = verifier.compare() if verifier.entries is not None else []
    except (OSError, ValueError, KeyError, TypeError, IndexError, struct.error) as error:
        for one in verifier.wrong if "verifier" in locals() else ():
            print("  \u2717 " + shown(one))
        print("verify: %s: %s: %s" % (shown(given.run), type(error).__name__, shown(error)), file=sys.stderr)
        return 1 if "verifier" in locals() and verifier.wrong else 64
    print(shown("%s \u00b7 seed %s \u00b7 %s" % (verifier.report["run"]["id"], verifier.report["run"]["seed"],
                                                  verifier.report["verdict"])))
    print("  %d files in manifest %s" % (files, manifest_sum))
    print("  audit trail signed by %s" % shown(signer or "nobody"))
    for name, said, found in rows:
        print(shown("  %-22s reported %-14s recomputed %s" % (name, said, found)))
    for one in verifier.unseen:
        print(shown("  not recomputed: " + one))
    for one in verifier.wrong:
        print(shown("  \u2717 " + one))
    print("NOT AS RECORDED" if verifier.wrong else "VERIFIED")
    return 1 if verifier.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
