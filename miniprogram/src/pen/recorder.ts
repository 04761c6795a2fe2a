/**
 * Her voice, recorded. On WeChat by its recorder, whose file is read into memory and removed at once; in a browser by
 * MediaRecorder, which makes no file. Nothing of it is left on the phone.
 */
export interface Take {
  bytes: ArrayBuffer
  seconds: number
}

export const longest = 300

interface Running {
  stop: () => Promise<Take>
  cancel: () => void
}

/** What cannot be recorded, in a sentence. */
export class NoMicrophone extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NoMicrophone'
  }
}

const refused = '没有听到：手机没有让学堂用麦克风。在手机的设置里打开，再按一次。'
const none = '这部手机上录不了，写字也一样。'

/** record begins at her tap; the promise is done once it listens. */
export function record(ended: () => void): Promise<Running> {
  return process.env.UNI_PLATFORM === 'h5' ? inBrowser(ended) : inWechat(ended)
}

const seconds = (since: number) => Math.max(1, Math.round((Date.now() - since) / 1000))

async function inBrowser(ended: () => void): Promise<Running> {
  if (typeof MediaRecorder === 'undefined' || !navigator.mediaDevices) throw new NoMicrophone(none)
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined)
  if (!stream) throw new NoMicrophone(refused)
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32_000 })
  const pieces: Blob[] = []
  const began = Date.now()
  const off = () => stream.getTracks().forEach((track) => track.stop())
  recorder.ondataavailable = (event) => pieces.push(event.data)
  const whole = new Promise<Take>((done) => {
    recorder.onstop = async () => {
      off()
      done({ bytes: await new Blob(pieces).arrayBuffer(), seconds: seconds(began) })
    }
  })
  recorder.start()
  const full = setTimeout(ended, longest * 1000)
  return {
    stop: () => {
      clearTimeout(full)
      if (recorder.state !== 'inactive') recorder.stop()
      return whole
    },
    cancel: () => {
      clearTimeout(full)
      off()
      pieces.length = 0
    },
  }
}

function inWechat(ended: () => void): Promise<Running> {
  const manager = uni.getRecorderManager()
  const files = uni.getFileSystemManager()
  const began = Date.now()
  let dropped = false
  let done: (take: Take) => void = () => undefined
  let failed: (why: Error) => void = () => undefined
  const whole = new Promise<Take>((resolve, reject) => {
    done = resolve
    failed = reject
  })
  whole.catch(() => undefined)
  manager.onStop(({ tempFilePath }: { tempFilePath: string }) => {
    const gone = () => files.unlink({ filePath: tempFilePath, fail: () => undefined })
    if (dropped) return gone()
    if (Date.now() - began >= longest * 1000) ended()
    files.readFile({
      filePath: tempFilePath,
      success: ({ data }) => {
        gone()
        done({ bytes: data as ArrayBuffer, seconds: seconds(began) })
      },
      fail: () => {
        gone()
        failed(new NoMicrophone(none))
      },
    })
  })
  return new Promise((listening, cannot) => {
    manager.onStart(() =>
      listening({
        stop: () => {
          manager.stop()
          return whole
        },
        cancel: () => {
          dropped = true
          manager.stop()
        },
      }),
    )
    manager.onError(() => {
      failed(new NoMicrophone(refused))
      cannot(new NoMicrophone(refused))
    })
    manager.start({ duration: longest * 1000, format: 'mp3', sampleRate: 16_000, numberOfChannels: 1, encodeBitRate: 32_000 })
  })
}

declare const wx: { createBufferURL?: (bytes: ArrayBuffer) => string; revokeBufferURL?: (url: string) => void } | undefined

/** audible gives an address at which bytes can be played from memory, and takes it back. */
export function audible(bytes: ArrayBuffer, type: string): { src: string; release: () => void } {
  if (process.env.UNI_PLATFORM === 'h5') {
    const src = URL.createObjectURL(new Blob([bytes], { type }))
    return { src, release: () => URL.revokeObjectURL(src) }
  }
  const src = wx?.createBufferURL?.(bytes) ?? ''
  return { src, release: () => wx?.revokeBufferURL?.(src) }
}

/** 48 → 0:48 */
export const clock = (s: number): string => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
