/**
 * The only door to the phone's storage (a static test refuses any other caller). It takes an
 * allow-list of keys; what would tell on her goes in only after she chose 在这台手机上记住.
 */
export const allowed = ['fontsize', 'region', 'token', 'pending'] as const
export type Key = (typeof allowed)[number]

function check(key: Key): void {
  if (!allowed.includes(key)) throw new Error(`storage: ${String(key)} is not on the list`)
}

/** read gives what is stored under the key, or undefined. */
export function read<T>(key: Key): T | undefined {
  check(key)
  try {
    const value: unknown = uni.getStorageSync(key)
    return value === '' || value === undefined || value === null ? undefined : (value as T)
  } catch {
    return undefined
  }
}

/** write keeps a value; a phone whose storage is full or closed simply keeps nothing. */
export function write(key: Key, value: unknown): void {
  check(key)
  try {
    uni.setStorageSync(key, value)
  } catch {
    remove(key)
  }
}

/** remove forgets one key. */
export function remove(key: Key): void {
  check(key)
  try {
    uni.removeStorageSync(key)
  } catch {
    /* nothing was stored */
  }
}

/** clear empties the whole storage, keys of other people's code included. */
export function clear(): void {
  try {
    uni.clearStorageSync()
  } catch {
    for (const key of allowed) remove(key)
  }
  if (typeof sessionStorage !== 'undefined') sessionStorage.clear()
}
