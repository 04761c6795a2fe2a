// The account of `pugongying work`: run once in mongosh as an administrator, after `pugongying serve` has started once.
//   mongosh "mongodb://…/pugongying" configs/mongodb-work.js
// It can read and change what filing attempts and counting ledger lines needs, and nothing else: no identity, no session, no
// push, no claim, no index, no removal.
const privileges = [
  {"collection": "jobs",          "actions": ["find", "insert", "update"]},
  {"collection": "attempts",      "actions": ["find", "update"]},
  {"collection": "ledger_lines",  "actions": ["find", "insert", "update"]},
  {"collection": "ledger_totals", "actions": ["insert", "update"]},
  {"collection": "ledger_quarters", "actions": ["find", "update"]},
  {"collection": "restores",      "actions": ["find"]}
];

db.createRole({
  role: "pugongying_work",
  roles: [],
  privileges: privileges.map((p) => ({ resource: { db: db.getName(), collection: p.collection }, actions: p.actions })),
});
db.createUser({ user: "pugongying_work", pwd: passwordPrompt(), roles: ["pugongying_work"] });
