import '@/kit/base.css'

// Room for the console: organisers, committees and administrators work at a desk. Until it is built, their secretaries'
// pages are in the app for phones, which runs on a desk too.
const app = document.getElementById('app')
if (app) {
  const text = document.createElement('p')
  text.textContent = '管理台正在建设。支部工作、投票和竞赛请先使用手机版：'
  const link = document.createElement('a')
  link.href = '../m/'
  link.textContent = '打开手机版'
  app.className = 'sheet'
  app.append(text, link)
}
