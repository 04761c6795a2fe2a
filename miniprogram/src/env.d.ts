/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** The API's base address; empty in H5, which is served from the same origin. */
  readonly VITE_API_BASE?: string
}

declare const process: { env: { UNI_PLATFORM?: 'h5' | 'mp-weixin'; NODE_ENV?: string } }

declare module 'virtual:icons' {
  const icons: Record<string, string>
  export default icons
}
