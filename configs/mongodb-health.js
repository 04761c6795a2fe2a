// compose.yaml's health check: fails until the server is the primary of its replica set, which it starts where there is none.
// The password is read here, so that it stands on no command line, and only then.
const address = "127.0.0.1:27017";
const open = (credentials) => connect("mongodb://" + credentials + address + "/admin?directConnection=true");
if (!open("").hello().isWritablePrimary) {
  const password = require("fs").readFileSync("/run/secrets/mongo-root-password", "utf8").trim();
  const admin = open("root:" + encodeURIComponent(password) + "@");
  try {
    admin.adminCommand({ replSetGetStatus: 1 });
  } catch (e) {
    if (e.codeName !== "NotYetInitialized") throw e;
    admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: address }] } });
  }
  quit(1); // it is no primary yet: asked again in a moment
}
