// The program's account, made by the image at its first start (compose.yaml); elsewhere run it once in mongosh as an
// administrator, in the program's database. It reads and writes that database, makes its indexes, and nothing else: no other
// database, no account, no setting of the server.
const fs = require("fs");
const program = db.getSiblingDB("pugongying");
program.createUser({
  user: "pugongying",
  pwd: fs.readFileSync("/run/secrets/mongo-app-password", "utf8").trim(),
  roles: [{ role: "readWrite", db: "pugongying" }],
});
