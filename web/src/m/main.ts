import '@/kit/base.css'
import { createApp } from 'vue'
import '@/core/colour'
import '@/core/http'
import '@/core/prefs'
import { start } from '@/core/session'
import App from './App.vue'
import { router } from './router'

createApp(App).use(router).mount('#app')
void start()
