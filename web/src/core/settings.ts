// What a member has set for every phone. The server takes all of it at once, so what is not changed is sent as it was.
import { getMySettings, setMySettings, type MemberSettings } from 'xianfeng-client'

export async function saveSettings(change: Partial<MemberSettings>): Promise<MemberSettings> {
  const now = await getMySettings()
  return setMySettings({ body: { ...now, ...change } })
}
