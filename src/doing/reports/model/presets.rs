//! Forms that ship: copied by organisers, who may change them before they ask.

use serde::Serialize;
use utoipa::ToSchema;

use super::ReportCycle;
use crate::base::form::{Form, FormColumn, FormField, FormKind, FormLimits};

/// A form that ships.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportPreset {
    /// By which it is named.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// By what it is asked.
    pub basis: &'static str,
    /// Who reads what comes in.
    pub reader: &'static str,
    /// From units of which kind it is due.
    pub unit_kind: &'static str,
    pub cycle: ReportCycle,
    /// The day of the last month of the period on which it opens.
    pub opens_day: i32,
    /// Days after the period's last day until which it is due.
    pub due_after: i32,
    /// Whether a unit may say in one step that nothing has changed.
    pub allows_no_change: bool,
    pub form: Form,
}

/// All of them.
pub fn each() -> Vec<ReportPreset> {
    vec![party_monthly(), group_three(), month_plan(), positions(), ledger()]
}

fn field(key: &str, title: &str, kind: FormKind) -> FormField {
    FormField {
        key: key.to_owned(),
        title: title.to_owned(),
        kind,
        required: false,
        help: None,
        limits: FormLimits::default(),
        columns: Vec::new(),
        fact: None,
    }
}

fn text(key: &str, title: &str, help: &str) -> FormField {
    FormField { required: true, help: Some(help.to_owned()), ..field(key, title, FormKind::Text) }
}

fn note(key: &str, title: &str, help: &str) -> FormField {
    FormField { required: false, ..text(key, title, help) }
}

fn fact(key: &str, title: &str, unit: &str, fact: &str) -> FormField {
    let limits = FormLimits { unit: Some(unit.to_owned()), decimals: Some(2), ..FormLimits::default() };
    FormField { limits, fact: Some(fact.to_owned()), ..field(key, title, FormKind::Number) }
}

fn options(options: &[&str]) -> FormLimits {
    FormLimits { options: options.iter().map(|option| (*option).to_owned()).collect(), ..FormLimits::default() }
}

fn choice(key: &str, title: &str, help: &str) -> FormField {
    let (limits, help) =
        (options(&["有", "待改", "无", "不适用"]), Some(help.to_owned()).filter(|help| !help.is_empty()));
    FormField { required: true, limits, help, ..field(key, title, FormKind::Choice) }
}

fn table(key: &str, title: &str, most: i32, columns: Vec<FormColumn>) -> FormField {
    let limits = FormLimits { most: Some(most), ..FormLimits::default() };
    FormField { limits, columns, ..field(key, title, FormKind::Table) }
}

fn column(key: &str, title: &str, kind: FormKind, required: bool) -> FormColumn {
    FormColumn { key: key.to_owned(), title: title.to_owned(), kind, required, limits: FormLimits::default() }
}

/// 党委工作月报: the four parts of the campaign that brought them, in their order, after what the program knows.
fn party_monthly() -> ReportPreset {
    let fields = vec![
        fact("meetings_committee", "党委会", "次", "meetings.party_committee"),
        fact("meetings_branch", "党员大会", "次", "meetings.branch"),
        fact("meetings_lecture", "党课", "次", "meetings.lecture"),
        fact("meetings_theme_day", "主题党日", "次", "meetings.theme_day"),
        fact("tasks_closed", "任务销号", "项", "tasks.closed"),
        fact("tasks_overdue", "任务逾期", "项", "tasks.overdue"),
        fact("ideas_submitted", "提出金点子", "条", "ideas.submitted"),
        fact("ideas_adopted", "采纳金点子", "条", "ideas.adopted"),
        fact("ideas_realised", "实现金点子", "条", "ideas.realised"),
        text("measures", "创建措施", "本月采取的措施"),
        text("progress", "推进情况", "品牌、方案各节点的推进"),
        text("results", "阶段成效", "可以核实的变化：从什么样到什么样"),
        text("problems", "存在的问题", "问题和原因；没有也请写明"),
        note("coordination", "需上级协调", "需要上级出面协调的事项"),
        table(
            "next",
            "下月重点",
            5,
            vec![column("matter", "事项", FormKind::Text, true), column("due", "完成时限", FormKind::Date, false)],
        ),
    ];
    ReportPreset {
        key: "party_monthly",
        title: "党委工作月报",
        basis: "党委工作月报制度",
        reader: "党委组织部",
        unit_kind: "基层党委",
        cycle: ReportCycle::Month,
        opens_day: 25,
        due_after: 5,
        allows_no_change: true,
        form: Form { fields },
    }
}

/// 党小组“三亮”: progress, gap and measures of each hard topic.
fn group_three() -> ReportPreset {
    let topics = table(
        "topics",
        "攻关课题",
        10,
        vec![
            column("topic", "课题", FormKind::Text, true),
            column("progress", "亮进度", FormKind::Text, true),
            column("gap", "亮差距", FormKind::Text, true),
            column("measures", "亮措施", FormKind::Text, true),
            column("responsible", "责任人", FormKind::Member, false),
        ],
    );
    let fields =
        vec![fact("meetings_group", "党小组会", "次", "meetings.group"), FormField { required: true, ..topics }];
    ReportPreset {
        key: "group_three",
        title: "党小组“三亮”",
        basis: "党小组会“三亮”要求",
        reader: "党支部",
        unit_kind: "党小组",
        cycle: ReportCycle::Month,
        opens_day: 1,
        due_after: 0,
        allows_no_change: false,
        form: Form { fields },
    }
}

/// 月计划: what became of last month's matters, and what next month's are, on one sheet.
fn month_plan() -> ReportPreset {
    let result = FormColumn {
        limits: options(&["完成", "未完成", "顺延"]),
        ..column("result", "结果", FormKind::Choice, true)
    };
    let last =
        vec![column("matter", "事项", FormKind::Text, true), result, column("note", "说明", FormKind::Text, false)];
    let next = vec![
        column("matter", "事项", FormKind::Text, true),
        column("responsible", "责任人", FormKind::Member, false),
        column("due", "完成时限", FormKind::Date, false),
    ];
    let fields = vec![
        table("last", "本月事项完成情况", 10, last),
        FormField { required: true, ..table("next", "下月计划", 10, next) },
    ];
    ReportPreset {
        key: "month_plan",
        title: "月计划",
        basis: "月度工作计划制度",
        reader: "上级党委",
        unit_kind: "党支部",
        cycle: ReportCycle::Month,
        opens_day: 25,
        due_after: 0,
        allows_no_change: false,
        form: Form { fields },
    }
}

/// 阵地自查: the ten things that a position has, and the six on its walls. Which ten is not laid down anywhere: whoever asks looks
/// them through first.
fn positions() -> ReportPreset {
    let fields = vec![
        choice("place", "有场所", "活动室，可与其他支部共用"),
        choice("marks", "有标识", "党支部牌、党旗、党徽规范使用"),
        choice("equipment", "有设施", "桌椅、电教设备、网络"),
        choice("books", "有书报", "党报党刊、必读书目"),
        choice("rules", "有制度", "十项制度为现行版本"),
        choice("plan", "有计划", "年度计划、月度提示"),
        choice("records", "有记录", "会议记录本或系统记录"),
        choice("openness", "有公开", "党务公开栏本季度已更新"),
        choice("display", "有展示", "荣誉、先锋、品牌"),
        choice("keeper", "有人管", "管理人、开放时间"),
        choice("wall_oath", "上墙：入党誓词", ""),
        choice("wall_duties", "上墙：党员义务与权利", ""),
        choice("wall_organisation", "上墙：组织机构与支委分工", ""),
        choice("wall_life", "上墙：组织生活制度", ""),
        choice("wall_tasks", "上墙：年度任务清单、挂图作战", ""),
        choice("wall_openness", "上墙：党务公开、先锋榜", ""),
        note("remarks", "说明", "待改、无的项目怎样改、何时改好"),
        field("photo", "照片（一年一张即可）", FormKind::Photo),
    ];
    ReportPreset {
        key: "positions",
        title: "阵地自查",
        basis: "党支部阵地建设“十有”“六上墙”要求（启用前请核对项目）",
        reader: "上级党委",
        unit_kind: "党支部",
        cycle: ReportCycle::HalfYear,
        opens_day: 1,
        due_after: 10,
        allows_no_change: true,
        form: Form { fields },
    }
}

/// 支部工作台账: six parts, which the program fills as far as it knows them.
fn ledger() -> ReportPreset {
    let fields = vec![
        note("routine", "一、例行工作", "年度计划和总结、上级文件签收、请示报告、党务公开中系统没有的"),
        note("duties", "二、职责与任务", "支委分工、岗区队、承诺、联系点中系统没有的"),
        fact("tasks_closed", "二、任务销号", "项", "tasks.closed"),
        fact("tasks_overdue", "二、任务逾期", "项", "tasks.overdue"),
        fact("ideas_submitted", "二、提出金点子", "条", "ideas.submitted"),
        fact("ideas_realised", "二、实现金点子", "条", "ideas.realised"),
        fact("meetings_branch", "三、党员大会", "次", "meetings.branch"),
        fact("meetings_committee", "三、支委会", "次", "meetings.branch_committee"),
        fact("meetings_group", "三、党小组会", "次", "meetings.group"),
        fact("meetings_lecture", "三、党课", "次", "meetings.lecture"),
        fact("meetings_theme_day", "三、主题党日", "次", "meetings.theme_day"),
        note("life", "三、组织生活", "组织生活会、谈心谈话的次数和要点"),
        note("election", "四、换届选举", "请示批复、结果、任期；本季度没有可不填"),
        FormField {
            limits: FormLimits { unit: Some("人".to_owned()), least: Some("0".to_owned()), ..FormLimits::default() },
            ..field("admission", "五、党员发展：各阶段人数合计", FormKind::Number)
        },
        fact("reports_late", "六、迟报", "次", "reports.late"),
        fact("reports_missing", "六、未报", "次", "reports.missing"),
        note("assessment", "六、考核管理", "考评结果、整改、荣誉、申诉中系统没有的"),
    ];
    ReportPreset {
        key: "ledger",
        title: "支部工作台账",
        basis: "党支部工作台账（六个板块）",
        reader: "上级党委",
        unit_kind: "党支部",
        cycle: ReportCycle::Quarter,
        opens_day: 20,
        due_after: 10,
        allows_no_change: true,
        form: Form { fields },
    }
}
