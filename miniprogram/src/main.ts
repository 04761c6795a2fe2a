import { createSSRApp } from 'vue'
import App from './App.vue'
import { arrive } from '@/core/scene'
import { coldStart } from '@/core/trail'

export function createApp() {
  // Before the router reads the address: else the page of an earlier life would open, and ask the server, first.
  arrive(coldStart())
  return { app: createSSRApp(App) }
}
