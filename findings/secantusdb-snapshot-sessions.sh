#!/usr/bin/env bash
# Guess: where a server takes a snapshot session (readConcern "snapshot" outside a transaction) and answers with atClusterTime, every later read of that
#        session sees the documents of that time, as MongoDB's manual says.
# Truth: SecantusDB 0.7.0b3 answers with atClusterTime, takes it back with the next read, and then reads what was written meanwhile. Its transactions hold.
# Matters: a backup that reads collection by collection in a snapshot session is torn without any error. Try the server before believing it: write beside the
#        session and look whether the write is seen, or read in one transaction.
# Source: https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/ ; SecantusDB 0.7.0b3 and pymongo 4.15.5 of PyPI; run.
set -euo pipefail
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -q SecantusDB==0.7.0b3 pymongo==4.15.5 >pip.log 2>&1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/secantusd-py --storage-path data --port "$port" >server.log 2>&1 &
server=$!
cat >main.py <<'PY'
import sys, time
from pymongo import MongoClient

for _ in range(60):
    try:
        client = MongoClient(f"mongodb://127.0.0.1:{sys.argv[1]}/?directConnection=true", serverSelectionTimeoutMS=1000)
        client.admin.command("ping")
        break
    except Exception:
        time.sleep(0.5)
items = client.shop.items
items.insert_one({"_id": "before"})
seen = lambda session: sorted(d["_id"] for d in items.find({}, session=session))

with client.start_session(snapshot=True) as session:
    first = seen(session)
    items.insert_one({"_id": "after 1"})
    print("snapshot session:", first, "then", seen(session), "| told a time:", session._snapshot_time is not None)
with client.start_session() as session, session.start_transaction():
    first = seen(session)
    items.insert_one({"_id": "after 2"})
    print("transaction:", first, "then", seen(session))
PY
venv/bin/python main.py "$port" | tee seen
cat >expected <<'TEXT'
snapshot session: ['before'] then ['after 1', 'before'] | told a time: True
transaction: ['after 1', 'before'] then ['after 1', 'before']
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with SecantusDB 0.7.0b3"
