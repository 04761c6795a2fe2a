import { computed, reactive, ref, shallowRef } from 'vue'
import { beginDraft, eraseDraft, freshId, getDraft, recordConsent, saveDraft, sendDraft, withdrawConsent, type Written } from '@/api/drafts'
import type { Draft, DraftConsent, DraftFinding } from '@/api/types'
import * as nav from '@/core/nav'
import { Offline, said } from '@/core/problem'
import * as staff from '@/core/staff'
import { onForget } from '@/core/volatile'
import { Keeper, savedInWords, writtenOf, type Phase } from '@/pen/keeper'
import { headings, mended } from '@/pen/words'

interface Left {
  written: Written
  revision: number
}

const blank = (): Written => ({ title: '', boxes: headings.map(() => ({ text: '' })) })

/** useDraft is one story on the page: its fields, what saves them, and what may be done with it. */
export function useDraft() {
  const id = ref('')
  const draft = shallowRef<Draft>()
  const fields = reactive<Written>(blank())
  const phase = ref<Phase>('clean')
  const savedAt = ref(0)
  const now = ref(Date.now())
  const found = shallowRef<{ findings: DraftFinding[]; refused: { box: number; text: string }[] }>({ findings: [], refused: [] })
  const theirs = ref<string[]>()
  const refusal = ref('')
  const loading = ref<'quiet' | 'skeleton' | 'ready' | 'error' | 'offline'>('quiet')
  const message = ref('')
  const problem = ref('')
  const busy = ref(false)
  let keeper: Keeper | undefined
  const ticking = setInterval(() => (now.value = Date.now()), 20_000)
  const release = onForget(() => {
    keeper?.close()
    keeper = undefined
    draft.value = undefined
    put(blank())
  })

  const editable = computed(() => !!draft.value && !draft.value.erased && (draft.value.stage === 'writing' || draft.value.stage === 'returned'))
  const status = computed(() => savedInWords(phase.value, savedAt.value, now.value))
  const troubled = computed(() => ['offline', 'conflict', 'ended', 'refused'].includes(phase.value))

  function put(written: Written) {
    fields.title = written.title
    fields.provenance = written.provenance
    fields.boxes = written.boxes.map((box) => ({ ...box }))
  }

  const typedNow = (): Written => ({
    title: fields.title,
    ...(fields.provenance ? { provenance: fields.provenance } : {}),
    boxes: fields.boxes.map((box) => ({ text: box.text, pictures: box.pictures ?? [] })),
  })

  /** open shows a story that is there, or a new one under an id of this phone. */
  async function open(wanted: string): Promise<void> {
    id.value = wanted || freshId()
    await load(() => (wanted ? getDraft(wanted) : beginDraft(id.value)))
  }

  async function load(ask: () => Promise<Draft>): Promise<void> {
    const slow = setTimeout(() => loading.value === 'quiet' && (loading.value = 'skeleton'), 300)
    loading.value = 'quiet'
    try {
      take(await ask())
      loading.value = 'ready'
    } catch (failure) {
      message.value = said(failure)
      loading.value = failure instanceof Offline ? 'offline' : 'error'
    } finally {
      clearTimeout(slow)
    }
  }

  /** take shows what the server gave; words that it never got come on top of it. */
  function take(given: Draft) {
    draft.value = given
    found.value = { findings: given.findings, refused: [] }
    const left = staff.unsaved.get(given.id) as Left | undefined
    staff.unsaved.delete(given.id)
    put(left?.written ?? writtenOf(given))
    keeper?.close()
    keeper = new Keeper(
      { save: (revision, written) => saveDraft(given.id, revision, written), changed },
      left?.revision ?? given.revision,
      typedNow(),
      writtenOf(given),
    )
    phase.value = keeper.phase
  }

  function changed() {
    if (!keeper) return
    phase.value = keeper.phase
    if (keeper.phase === 'saved') savedAt.value = now.value = Date.now()
    if (keeper.answer) found.value = { findings: keeper.answer.findings, refused: keeper.answer.refused }
    theirs.value = keeper.theirs?.boxes.map((box) => box.text)
    refusal.value = keeper.why
  }

  const typed = () => keeper?.edit(typedNow())

  /** mend puts what the machine proposes in the place of what it found, if that is still there. */
  function mend(finding: DraftFinding) {
    const box = fields.boxes[finding.box]
    if (!box || finding.mend === undefined) return
    box.text = mended(box.text, finding)
    found.value = { ...found.value, findings: found.value.findings.filter((one) => one.box !== finding.box) }
    typed()
    void keeper?.flush()
  }

  function choose(provenance: 'invented' | 'real') {
    if (!editable.value) return
    fields.provenance = provenance
    typed()
  }

  function pick(side: 'mine' | 'theirs') {
    keeper?.pick(side)
    if (side === 'theirs' && keeper) put(keeper.latest)
    theirs.value = undefined
  }

  /** whole brings everything to the server first: an act on half a story is none. */
  async function whole(act: () => Promise<unknown>): Promise<void> {
    if (busy.value) return
    problem.value = ''
    busy.value = true
    try {
      await keeper?.flush()
      if (keeper?.unsaved) problem.value = phase.value === 'offline' ? '现在没有网络，字还在这一页。连上网再交。' : '还没有存好，先看看上面的提示。'
      else await act()
    } catch (failure) {
      problem.value = said(failure)
    } finally {
      busy.value = false
    }
  }

  const record = (consent: DraftConsent) => recordConsent(id.value, consent).then((given) => (draft.value = given))
  const send = () => whole(() => sendDraft(id.value).then(() => nav.back()))
  const erase = () => gone(() => eraseDraft(id.value))
  const takeBack = () => gone(() => withdrawConsent(id.value))

  async function gone(act: () => Promise<void>): Promise<void> {
    problem.value = ''
    try {
      await act()
      keeper?.close()
      keeper = undefined
      nav.back()
    } catch (failure) {
      problem.value = said(failure)
    }
  }

  /** comeIn opens a new session where this one is over; the words are still here. */
  async function comeIn(): Promise<void> {
    try {
      await staff.enter()
      keeper?.resume()
    } catch (failure) {
      refusal.value = problem.value = said(failure)
    }
  }

  function close() {
    clearInterval(ticking)
    release()
    const written = keeper?.close()
    if (written) staff.unsaved.set(id.value, { written, revision: keeper!.revision } satisfies Left)
    if (written) void keeper?.flush()
  }

  return {
    id, draft, fields, phase, status, troubled, refusal, theirs, loading, message, busy, problem, editable,
    open, typed, mend, choose, pick, record, send, erase, takeBack, comeIn, close,
    reload: () => load(() => (draft.value ? getDraft(id.value) : beginDraft(id.value))),
    shown: () => (staff.look(Date.now()), void keeper?.flush()),
    hidden: () => void keeper?.flush(),
    findingsAt: (box: number) => found.value.findings.filter((finding) => finding.box === box),
    refusedAt: (box: number) => found.value.refused.find((one) => one.box === box)?.text ?? '',
  }
}

export type Story = ReturnType<typeof useDraft>
