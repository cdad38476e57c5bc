//! The demo's golden ideas: a few in every state, carried there by the room's own actions.
//!
//! The people are the members that the project ships; the texts were written for the demo and claim nothing about a plant.

use std::sync::Arc;

use crate::app::App;
use crate::base::capability::{Capability, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::doing::ideas::{IdeaId, IdeaText, Ideas, Move, NewIdea, NewOutcome, OutcomeKind, Verb};
use crate::doing::meetings::{MeetingId, MeetingKind, Meetings, NewMeeting, NewRecord};

use super::complaint;
use crate::people::members::Directory;

/// The branches whose ideas are shown: one of a mine, one of a smelter.
const MINE: &str = "JC01-01";
const SMELTER: &str = "ZY-01";

/// Days until the work of the demo is due.
const DUE_DAYS: u64 = 30;

/// What an idea says: category, title, problem, proposal, benefit.
type Written = [&'static str; 5];

const GRATING: Written = [
    "创新",
    "采场溜井口加装防坠格栅与声光报警",
    "溜井口只有挡车桩和警示牌，夜班照明不足时存在人员和大块矿石坠落的隐患。",
    "在溜井口加装可翻转的防坠格栅，格栅打开超过十分钟即声光报警，并把信号接入中段值班室。",
    "消除坠井隐患，大块卡堵次数明显减少。",
];
const BELT: Written = [
    "智能化",
    "皮带运输机跑偏视觉识别",
    "皮带跑偏靠巡检工沿线查看，发现时往往已经撒料。",
    "利用现有摄像头加装识别盒，跑偏达到五厘米报警，达到十厘米联锁停机。",
    "减少撒料清理和非计划停机，降低沿线巡检风险。",
];
const WATER: Written = [
    "指标",
    "凿岩用水压力在线监测",
    "水压不足时湿式凿岩降尘效果差，作业人员难以及时察觉。",
    "在中段供水支管安装压力表和无线变送器，低于规定压力时通知班组长停钻。",
    "作业点粉尘合格率稳定，凿岩设备磨损减少。",
];
const LIGHTS: Written = [
    "项目",
    "中段运输巷照明分区感应控制",
    "无人作业的巷道照明二十四小时常亮，用电和灯具损耗都高。",
    "按运输区段加装雷达感应和延时控制，行人和车辆接近时提前点亮，交叉口与躲避硐室保持常亮。",
    "照明用电预计下降三成以上。",
];
const PHOTOS: Written = [
    "作风",
    "班前会设“隐患随手拍”五分钟",
    "同类隐患在不同班组重复出现，整改经验没有相互看到。",
    "班前会用五分钟展示前一天的隐患照片和整改照片，由发现人讲。",
    "隐患重复率下降，人人参与查隐患。",
];
const TRUCKS: Written = [
    "矿量",
    "井下卡车空驶里程统计",
    "调度凭经验派车，空驶多少没有数。",
    "用车载定位统计每班空驶里程，按周比较各线路。",
    "",
];
const HEAT: Written = [
    "项目",
    "阳极炉烟气余热预热助燃空气",
    "阳极炉烟气出口温度高，余热没有利用，天然气单耗偏高。",
    "在烟道加装管式换热器预热助燃空气，先在一台炉上试。",
    "天然气单耗下降，烟气降温后收尘布袋寿命延长。",
];
const SAMPLES: Written = [
    "指标",
    "炉渣取样改为定时定点机械取样",
    "人工取样位置和时机不一，渣含铜化验结果波动大，质量分析说不清原因。",
    "在排渣溜槽加装气动取样勺，按排渣时间均匀取三次合并成一个样。",
    "渣含铜数据可比，人员远离高温熔体。",
];

/// A branch at work.
struct Team<'a> {
    app: &'a App,
    leader: Arc<Person>,
    secretary: Arc<Person>,
    committee: Arc<Person>,
    /// Members of the leader's group without duties.
    members: Vec<Arc<Person>>,
    group_meeting: MeetingId,
    committee_meeting: MeetingId,
}

/// Writes the demo's ideas and the meetings at which they were handled.
pub async fn write(app: &App) -> Result<(), String> {
    let mine = Team::gather(app, MINE).await?;
    let done = mine.decided(&GRATING, 0, Verb::Adopt, "隐患明确、投入不大，同意实施，本季度完成。").await?;
    mine.talk(done, "建议先在三号溜井试装，格栅重量要考虑一人能翻转。").await?;
    mine.assign(done, 1).await?;
    mine.report(done, 1, "格栅已加工完成，正在安装报警装置。").await?;
    mine.by(&mine.members[1], done, told(Verb::Deliver, "三处溜井口已安装，运行两周未误报；照片和验收单已交安全员。"))
        .await?;
    mine.by(&mine.committee, done, told(Verb::Accept, "现场查看属实，同意验收。")).await?;
    mine.record(done, OutcomeKind::Result, "溜井口防坠格栅及报警装置", None).await?;
    mine.record(done, OutcomeKind::Savings, "减少大块卡堵处理费用", Some(8_600_000)).await?;
    mine.by(&mine.secretary, done, Move::new(Verb::Close)).await?;

    let under_way = mine.decided(&BELT, 2, Verb::Adopt, "与智能矿山建设方向一致，同意实施。").await?;
    mine.assign(under_way, 0).await?;
    mine.report(under_way, 0, "已选定一条皮带，完成摄像头点位测量。").await?;
    mine.like(under_way, &mine.committee).await?;

    let tried = mine.decided(&WATER, 1, Verb::Pilot, "先在一个中段试三个月，看数据再推广。").await?;
    mine.assign(tried, 2).await?;
    mine.decided(&PHOTOS, 0, Verb::File, "与现有班前会制度重复较多，先存档，待班前会改版时一并考虑。").await?;
    let waiting = mine.written(&LIGHTS, 2, true).await?;
    mine.collect(waiting).await?;
    mine.like(waiting, &mine.members[0]).await?;
    mine.written(&TRUCKS, 0, false).await?;

    let smelter = Team::gather(app, SMELTER).await?;
    let delivered = smelter.decided(&HEAT, 0, Verb::Adopt, "节能效果可测算，同意在一台炉上实施。").await?;
    smelter.assign(delivered, 1).await?;
    smelter.report(delivered, 1, "换热器已到货，结合检修安装。").await?;
    let evidence = told(Verb::Deliver, "一号炉已投用，三周天然气单耗记录附后，请组织验收。");
    smelter.by(&smelter.members[1], delivered, evidence).await?;
    let submitted = smelter.written(&SAMPLES, 2, true).await?;
    smelter.talk(submitted, "取样勺要便于清理，避免结渣影响样品。").await
}

fn told(verb: Verb, note: &str) -> Move {
    Move::new(verb).with_note(Some(note.to_owned()))
}

impl<'a> Team<'a> {
    /// The people of a branch: its last group with its leader, the secretary and another of its committee.
    async fn gather(app: &'a App, code: &str) -> Result<Team<'a>, String> {
        let tree = app.get::<Directory>().tree();
        let branch = tree.by_code(code).ok_or_else(|| format!("the demo enterprise has no {code}"))?.unit.id;
        let group = *tree.get(branch).and_then(|card| card.children.last()).ok_or("a demo branch has no groups")?;
        let today = app.db.today();
        let person = |id: MemberId| app.get::<Directory>().person(id, today).map(Arc::new);
        let holder = |role, unit| {
            let found = app.get::<Directory>().holders(role, unit, today).into_iter().min();
            found.and_then(person).ok_or_else(|| format!("nobody is {role} of the demo branch {code}"))
        };
        let mut cards = app.get::<Directory>().members_below(group);
        cards.sort_by(|a, b| a.employee_no.cmp(&b.employee_no));
        let members: Vec<_> =
            cards.iter().filter(|card| card.duties.is_empty()).filter_map(|card| person(card.id)).collect();
        if members.len() < 3 {
            return Err(format!("the last group of {code} has fewer than three members without duties"));
        }
        let (leader, secretary) = (holder(Role::GroupLeader, group)?, holder(Role::Secretary, branch)?);
        let committee = holder(Role::BranchCommittee, branch)?;
        let group_meeting = meet(app, &leader, MeetingKind::Group, group, "党小组会：征集金点子").await?;
        let committee_meeting =
            meet(app, &secretary, MeetingKind::BranchCommittee, branch, "支委会：讨论确定金点子").await?;
        Ok(Team { app, leader, secretary, committee, members, group_meeting, committee_meeting })
    }

    async fn by(&self, person: &Arc<Person>, id: IdeaId, what: Move) -> Result<(), String> {
        self.app.get::<Ideas>().act(person.clone(), id, what, None).await.map(drop).map_err(complaint)
    }

    /// An idea of one of the members.
    async fn written(&self, text: &Written, author: usize, submit: bool) -> Result<IdeaId, String> {
        let [category, title, problem, proposal, benefit] = text.map(str::to_owned);
        let text = IdeaText { category, title, problem, proposal, benefit };
        let new = NewIdea { text, co_authors: Vec::new(), files: Vec::new(), submit };
        self.app.get::<Ideas>().create(self.members[author].clone(), new, None).await.map_err(complaint)
    }

    async fn collect(&self, id: IdeaId) -> Result<(), String> {
        self.by(&self.leader, id, Move::new(Verb::Collect).at_meeting(self.group_meeting)).await
    }

    /// An idea that was collected and decided.
    async fn decided(&self, text: &Written, author: usize, verdict: Verb, reason: &str) -> Result<IdeaId, String> {
        let id = self.written(text, author, true).await?;
        self.collect(id).await?;
        self.by(&self.secretary, id, told(verdict, reason).at_meeting(self.committee_meeting)).await?;
        Ok(id)
    }

    async fn assign(&self, id: IdeaId, worker: usize) -> Result<(), String> {
        let (implementer, due_on) = (self.members[worker].member, self.app.db.today().plus_days(DUE_DAYS));
        let what = Move { implementer: Some(implementer), due_on: Some(due_on), ..Move::new(Verb::Assign) };
        self.by(&self.secretary, id, what).await
    }

    async fn report(&self, id: IdeaId, worker: usize, note: &str) -> Result<(), String> {
        self.by(&self.members[worker], id, told(Verb::Report, note)).await
    }

    async fn record(&self, id: IdeaId, kind: OutcomeKind, title: &str, fen: Option<i64>) -> Result<(), String> {
        let outcome = NewOutcome { kind, title: title.to_owned(), amount_fen: fen };
        self.by(&self.committee, id, Move { outcome: Some(outcome), ..Move::new(Verb::RecordOutcome) }).await
    }

    /// The group's leader says something.
    async fn talk(&self, id: IdeaId, text: &str) -> Result<(), String> {
        let said = self.app.get::<Ideas>().comment(self.leader.clone(), id, None, text.to_owned(), None).await;
        said.map(drop).map_err(complaint)
    }

    async fn like(&self, id: IdeaId, person: &Arc<Person>) -> Result<(), String> {
        self.app.get::<Ideas>().like(person.clone(), id, true).await.map(drop).map_err(complaint)
    }
}

/// A meeting of today, written down by anyone who leads the unit and attended by the unit's members.
async fn meet(
    app: &App,
    holder: &Arc<Person>,
    kind: MeetingKind,
    unit: UnitId,
    title: &str,
) -> Result<MeetingId, String> {
    let reach = holder.reach(Capability::HoldMeetings).ok_or("a demo leader holds no meetings")?;
    let attendance = match kind {
        MeetingKind::Group => app.get::<Directory>().members_below(unit).iter().map(|card| card.id).collect(),
        _ => vec![holder.member],
    };
    let (title, minutes) = (title.to_owned(), "逐条讨论了党员提出的金点子。".to_owned());
    let new = NewMeeting {
        kind,
        unit,
        held_on: app.db.today(),
        begins: None,
        ends: None,
        place: Some("支部会议室".into()),
        title,
        minutes,
        attendance,
        excused: Vec::new(),
        record: NewRecord { host: Some(holder.member), ..NewRecord::default() },
    };
    let meeting = app.get::<Meetings>().create(holder, &reach, new, None).await.map_err(complaint)?;
    Ok(meeting.whole.meeting.id)
}
