import type { Written } from '@/api/drafts'
import type { Draft, SavedDraft } from '@/api/types'
import { Offline, Problem, said } from '@/core/problem'

/**
 * What saves a story by itself. It promises that words are with the server at most `within` after they were typed, as long as
 * there is a network; that only one save is under way, so that answers cannot overtake each other; and that it says "saved"
 * only of what the server said so. A save that meets a newer text stops, and she picks. What is not saved stays in memory.
 */
export type Phase =
  | 'clean' // nothing was typed yet
  | 'waiting' // typed, not sent
  | 'saving'
  | 'saved'
  | 'offline' // tried in vain; tried again by itself
  | 'conflict' // written elsewhere too: both texts are here
  | 'ended' // the session is over
  | 'refused' // the server will not have it: handed in, or gone

/** Two seconds may be lost at most: this, and the way to the server. */
export const within = 1_500
/** How long until the next try without a network. */
export const patience = 4_000

export interface Ports {
  save: (revision: number, written: Written) => Promise<SavedDraft>
  /** The page hears of every change. */
  changed: () => void
  after?: (ms: number, act: () => void) => unknown
  stop?: (timer: unknown) => void
}

const same = (a: Written | undefined, b: Written) => a !== undefined && JSON.stringify(a) === JSON.stringify(b)

/** writtenOf is what a stored draft would be as a save. */
export const writtenOf = (d: Draft): Written => ({
  title: d.title,
  ...(d.provenance ? { provenance: d.provenance } : {}),
  boxes: d.boxes.map((b) => ({ text: b.text, pictures: b.pictures })),
})

export class Keeper {
  phase: Phase = 'clean'
  /** Why the server will not have it. */
  why = ''
  answer: SavedDraft | undefined
  /** The text that is stored, where it is not hers. */
  theirs: Draft | undefined
  private timer: unknown
  /** Sent, and no answer came: the server may have it. */
  private doubtful: Written | undefined
  private running: Promise<void> | undefined

  constructor(
    private readonly ports: Ports,
    public revision: number,
    public latest: Written,
    private stored: Written = latest,
  ) {
    if (!same(latest, stored)) this.wait(0)
  }

  get unsaved(): boolean {
    return !same(this.stored, this.latest)
  }

  /** edit takes what is in the boxes now. */
  edit(written: Written): void {
    if (same(this.latest, written)) return
    this.latest = written
    if (this.phase === 'conflict' || this.phase === 'ended' || this.phase === 'refused') return
    if (this.timer === undefined && !this.running) this.wait(within)
  }

  private to(phase: Phase): void {
    this.phase = phase
    this.ports.changed()
  }

  private wait(ms: number): void {
    this.rest()
    if (this.phase !== 'offline') this.to('waiting')
    const after = this.ports.after ?? ((delay, act) => setTimeout(act, delay))
    this.timer = after(ms, () => {
      this.timer = undefined
      void this.flush()
    })
  }

  private rest(): void {
    if (this.timer === undefined) return
    ;(this.ports.stop ?? ((t) => clearTimeout(t as ReturnType<typeof setTimeout>)))(this.timer)
    this.timer = undefined
  }

  /** flush saves now whatever is not saved; it is done when the answer is here. */
  async flush(): Promise<void> {
    this.rest()
    if (this.running) {
      await this.running
      return this.unsaved && (this.phase === 'saved' || this.phase === 'waiting') ? this.flush() : undefined
    }
    if (!this.unsaved || this.phase === 'conflict' || this.phase === 'refused') return
    this.running = this.send(this.latest)
    await this.running
    this.running = undefined
    if (this.unsaved && this.phase === 'saved') this.wait(within)
  }

  private async send(written: Written): Promise<void> {
    if (this.phase !== 'offline') this.to('saving')
    try {
      const answer = await this.ports.save(this.revision, written)
      this.take(answer, written)
    } catch (failure) {
      this.failed(failure, written)
    }
  }

  private take(answer: SavedDraft, written: Written): void {
    this.answer = answer
    this.revision = answer.revision
    this.stored = written
    this.doubtful = undefined
    this.to('saved')
  }

  private failed(failure: unknown, written: Written): void {
    if (failure instanceof Offline || (failure instanceof Problem && failure.status >= 500) || (failure instanceof Problem && failure.status === 429)) {
      this.doubtful = written
      this.to('offline')
      this.wait(patience)
      return
    }
    const stored = failure instanceof Problem && failure.status === 409 ? (failure.body.stored as Draft | undefined) : undefined
    if (stored) return this.met(stored)
    this.why = said(failure)
    this.to(failure instanceof Problem && failure.status === 401 ? 'ended' : 'refused')
  }

  /** met compares what is stored with what she has: a text of her own whose answer was lost is no conflict. */
  private met(stored: Draft): void {
    const theirs = writtenOf(stored)
    this.revision = stored.revision
    if (same(this.doubtful, theirs) || same(this.latest, theirs)) {
      this.stored = theirs
      this.doubtful = undefined
      this.to('saved')
      return
    }
    this.theirs = stored
    this.to('conflict')
  }

  /** pick ends a conflict: her text is saved over the stored one, or the stored one takes its place. */
  pick(side: 'mine' | 'theirs'): void {
    if (!this.theirs) return
    const theirs = writtenOf(this.theirs)
    this.theirs = undefined
    this.stored = theirs
    if (side === 'theirs') this.latest = theirs
    this.to('saved')
    if (this.unsaved) this.wait(0)
  }

  /** resume goes on after she came in again. */
  resume(): void {
    if (this.phase !== 'ended') return
    this.to('saved')
    if (this.unsaved) this.wait(0)
  }

  /** close ends it; what is not saved is given back, to be kept in memory. */
  close(): Written | undefined {
    this.rest()
    return this.unsaved ? this.latest : undefined
  }
}

/** savedInWords says honestly where the words are. */
export function savedInWords(phase: Phase, at: number, now: number): string {
  switch (phase) {
    case 'clean':
      return ''
    case 'waiting':
    case 'saving':
      return '在存……'
    case 'saved': {
      const minutes = Math.floor((now - at) / 60_000)
      return `存好了 · ${minutes < 1 ? '刚刚' : minutes < 60 ? `${minutes} 分钟前` : '一个多小时前'}`
    }
    case 'offline':
      return '没有网络：字在这一页里，连上网就存'
    case 'conflict':
      return '没有存：别处也改过'
    case 'ended':
      return '没有存：要再进来一次'
    case 'refused':
      return '没有存'
  }
}
