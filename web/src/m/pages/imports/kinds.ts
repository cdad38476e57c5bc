// What can be imported, by whom, and how each kind is sent, taken back and filled in.
import { getMemberTemplate, getQuestionTemplate, importAppraisal, importBrands, importHonours, importMembers, importQuestions, importUnits, withdrawAppraisalImport, withdrawBrandImport, withdrawMemberImport, withdrawQuestionImport, withdrawUnitImport, type Capability, type ImportReport } from 'xianfeng-client'

export type Kind = 'units' | 'members' | 'questions' | 'brands' | 'appraisal' | 'honours'

/** Only looked at, or written as it was looked at. */
export interface How {
  dry_run?: boolean
  confirm?: string
  all_or_nothing?: boolean
}

interface Terms {
  name: string
  /** How one of them is counted: 12 人. */
  unit: string
  needs: Capability
  columns: string
  note: string
  send: (file: Blob, how: How) => Promise<ImportReport>
  /** Nothing where what was written stays. */
  takeBack?: (id: string) => Promise<unknown>
  /** Until when it can be taken back, and where it is seen, if not as what is written at once. */
  undo?: string
  page?: (id: string) => string
  template?: () => Promise<unknown>
}

/** The choice of all or nothing belongs to questions alone. */
const plain = ({ dry_run, confirm }: How) => ({ dry_run, confirm })

export const KINDS: Record<Kind, Terms> = {
  members: {
    name: '人员',
    unit: '人',
    needs: 'manage_members',
    columns: '工号、姓名、手机号、所属党小组编码、政治面貌、职务',
    note: '按工号对应：没有的新增，已有的更新，不删除任何人。',
    send: (body, how) => importMembers({ body, query: plain(how) }),
    takeBack: (id) => withdrawMemberImport({ path: { id } }),
    template: () => getMemberTemplate({ parseAs: 'blob' }),
  },
  units: {
    name: '组织',
    unit: '个组织',
    needs: 'manage_members',
    columns: '编码、名称、简称、上级编码、类型',
    note: '按编码对应：没有的新增，已有的更新，不删除任何组织。',
    send: (body, how) => importUnits({ body, query: plain(how) }),
    takeBack: (id) => withdrawUnitImport({ path: { id } }),
  },
  questions: {
    name: '题库',
    unit: '道题',
    needs: 'manage_content',
    columns: '题型、题干、选项A 至选项F、答案、解析、分类、难度、来源',
    note: '题库里已有的题保持不变。除表格外，也可以导入 GIFT 或 Aiken 格式的文本。',
    send: (body, how) => importQuestions({ body, query: how }),
    takeBack: (id) => withdrawQuestionImport({ path: { id } }),
    template: () => getQuestionTemplate({ parseAs: 'blob' }),
  },
  brands: {
    name: '党建品牌',
    unit: '个品牌',
    needs: 'manage_content',
    columns: '申报单位、品牌名称、创建要点',
    note: '按申报单位对应：没有品牌的新增，已有的更新。',
    send: (body, how) => importBrands({ body, query: plain(how) }),
    takeBack: (id) => withdrawBrandImport({ path: { id } }),
  },
  appraisal: {
    name: '考评积分',
    unit: '条',
    needs: 'propose_appraisal',
    columns: '工号、姓名、情形编号、分值、发生日期、事项、依据',
    note: '只导入加分，由另一人审核后才入账；同一人的同一事项不会重复。扣分和须附佐证的请逐条提出。',
    send: (body, how) => importAppraisal({ body, query: plain(how) }),
    takeBack: (id) => withdrawAppraisalImport({ path: { id } }),
    undo: '审核以前可以整体撤回。',
    page: (id) => `/appraisal/imports/${id}`,
  },
  honours: {
    name: '荣誉',
    unit: '项荣誉',
    needs: 'keep_honours',
    columns: '获奖对象、工号、姓名或名称、组织编码、荣誉名称、荣誉性质、级别、年度、授予日期、依据文件、授予单位',
    note: '上级授予的和历年的荣誉。同一项荣誉不会重复登记；登记后只增不改，有误的由党委撤销。',
    send: (body, how) => importHonours({ body, query: plain(how) }),
    undo: '登记后只增不改。',
  },
}

/** An import that was written, as this phone or computer remembers it: the server keeps it for thirty days, without a list. */
export interface Past {
  id: string
  kind: Kind
  file: string
  at: string
  accepted: number
  changed: number
  back?: boolean
}

export { keep as save } from '@/core/keep'
