// As much of MongoDB's wire protocol (OP_MSG) as asking `hello` and making a one-node replica set takes: no driver is
// installed for two commands.
import { connect } from 'node:net'
import { until } from './until.mjs'

const cstring = (s) => Buffer.from(`${s}\0`)
const int32 = (n) => {
  const b = Buffer.alloc(4)
  b.writeInt32LE(n)
  return b
}

function document(fields) {
  const parts = Object.entries(fields).map(([name, value]) => {
    if (typeof value === 'number') return Buffer.concat([Buffer.from([0x10]), cstring(name), int32(value)])
    if (typeof value === 'string') return Buffer.concat([Buffer.from([0x02]), cstring(name), int32(Buffer.byteLength(value) + 1), cstring(value)])
    return Buffer.concat([Buffer.from([Array.isArray(value) ? 0x04 : 0x03]), cstring(name), document(value)])
  })
  const body = Buffer.concat([...parts, Buffer.from([0])])
  return Buffer.concat([int32(body.length + 4), body])
}

/** command sends one command and gives the answer's bytes; a document in it is found by its field's name. */
function command(port, fields) {
  const body = Buffer.concat([int32(0), Buffer.from([0]), document({ ...fields, $db: 'admin' })])
  const message = Buffer.concat([int32(16 + body.length), int32(1), int32(0), int32(2013), body])
  return new Promise((resolve, reject) => {
    const line = connect(port, '127.0.0.1', () => line.write(message))
    let got = Buffer.alloc(0)
    line.setTimeout(5000, () => line.destroy(new Error('no answer')))
    line.on('error', reject)
    line.on('data', (more) => {
      got = Buffer.concat([got, more])
      if (got.length < 4 || got.length < got.readInt32LE(0)) return
      line.destroy()
      resolve(got)
    })
  })
}

const field = (answer, type, name) => {
  const at = answer.indexOf(Buffer.concat([Buffer.from([type]), cstring(name)]))
  return at < 0 ? undefined : answer[at + name.length + 2]
}

/** speaksMongo says whether something answers hello there. */
export const speaksMongo = (port) => command(port, { hello: 1 }).then((a) => field(a, 0x08, 'isWritablePrimary') !== undefined, () => false)

/** initiateReplicaSet makes a fresh mongod a replica set of one and waits until it takes writes. */
export async function initiateReplicaSet(port) {
  await command(port, { replSetInitiate: { _id: 'test', members: [{ _id: 0, host: `127.0.0.1:${port}` }] } })
  await until('a primary', () => command(port, { hello: 1 }).then((a) => field(a, 0x08, 'isWritablePrimary') === 1, () => false))
}
