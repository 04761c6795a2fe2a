import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import AppAway from '@/components/app-away/app-away.vue'
// #endif
import { arrive } from '@/core/scene'
import { coldStart } from '@/core/history'

export function createApp() {
  // Before the router reads the address: else the page of an earlier life would open, and ask the server, first.
  arrive(coldStart())
  const app = createSSRApp(App)
  // #ifdef H5
  // uni-app's own placeholders for a page whose chunk is late or lost have no way out.
  app.component('AsyncLoading', AppAway)
  app.component('AsyncError', AppAway)
  // #endif
  return { app }
}
