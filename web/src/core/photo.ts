// A photograph made small enough to send: at most 2,560 pixels a side, as JPEG, upright.
import { onBeforeUnmount } from 'vue'

export const ACCEPT = 'image/jpeg,image/png'
const LONGEST = 2560
const HEIC =
  '这张照片是 HEIC 格式，无法使用。请在 iPhone 的“设置 › 相机 › 格式”里选“兼容性最佳”后重新拍照，或者把照片截屏后选截屏。'
const BROKEN = '这张图片打不开，请换一张 JPG 或 PNG 图片。'

/** Throws an `Error` with what to do, where the picture cannot be used. */
export async function shrink(file: Blob): Promise<Blob> {
  if (await isHeic(file)) throw new Error(HEIC)
  const url = URL.createObjectURL(file)
  try {
    const picture = new Image()
    picture.src = url
    try {
      await picture.decode()
    } catch {
      throw new Error(BROKEN)
    }
    const scale = Math.min(1, LONGEST / Math.max(picture.naturalWidth, picture.naturalHeight))
    // A small picture goes as it is: painting it anew would only make it worse. Large in bytes alone, it is painted.
    if (scale === 1 && file.size < 1_500_000 && ACCEPT.includes(file.type || 'none')) return file
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.naturalWidth * scale)
    canvas.height = Math.round(picture.naturalHeight * scale)
    const paint = canvas.getContext('2d')
    if (!paint) throw new Error(BROKEN)
    // JPEG has no transparency; without this it would be black.
    paint.fillStyle = '#fff'
    paint.fillRect(0, 0, canvas.width, canvas.height)
    paint.drawImage(picture, 0, 0, canvas.width, canvas.height)
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
    if (!small) throw new Error(BROKEN)
    return small
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** Addresses by which a page shows what is on the phone, while it is open. To be called while a page is set up. */
export function useAddresses(): (blob: Blob) => string {
  const made = new Map<Blob, string>()
  onBeforeUnmount(() => made.forEach((address) => URL.revokeObjectURL(address)))
  return (blob) => {
    let address = made.get(blob)
    if (!address) made.set(blob, (address = URL.createObjectURL(blob)))
    return address
  }
}

/** By the bytes, since phones name and type these files as they like. */
export async function isHeic(file: Blob): Promise<boolean> {
  if (/hei[cf]/.test(file.type)) return true
  const head = new Uint8Array(await file.slice(4, 12).arrayBuffer())
  const brand = String.fromCharCode(...head)
  return /^ftyp(hei|hev|mif1|msf1)/.test(brand)
}
