/** WeChat and WeCom show pages in a view of their own, which prints nothing and says nothing about it. */
export const prints = typeof window.print === 'function' && !/MicroMessenger|wxwork/i.test(navigator.userAgent)

export const NO_PRINT = '微信和企业微信里不能打印，请用手机或电脑的浏览器打开。'
