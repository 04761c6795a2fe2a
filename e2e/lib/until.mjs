// Waiting for what comes about by itself.

/** until asks again and again until the answer is true; it names what it waited for when time is up. */
export async function until(what, ask, ms = 30_000) {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await new Promise((later) => setTimeout(later, 50))
  }
}
