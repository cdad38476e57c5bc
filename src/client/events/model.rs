//! What pages can hear of.

crate::words!(
    /// What an event is about.
    EventTopic {
        /// The caller's inbox has something new.
        Notices = "notices" / "站内消息",
        /// What there is to study.
        Study = "study" / "每日一学",
        /// Members, units and duties.
        Members = "members" / "人员与组织",
        /// What the enterprise has set.
        Settings = "settings" / "设置",
        /// Rules of points.
        Points = "points" / "积分规则",
        /// How far an import of the caller has come.
        Imports = "imports" / "导入进度",
    }
);

impl EventTopic {
    /// What a change, or what this process tells, is about.
    pub fn of(topic: &str) -> Option<EventTopic> {
        Some(match topic {
            "notice" => EventTopic::Notices,
            "study" => EventTopic::Study,
            "member" | "roster" | "units" => EventTopic::Members,
            "settings" => EventTopic::Settings,
            "point_rules" => EventTopic::Points,
            "imports" => EventTopic::Imports,
            _ => return None,
        })
    }
}
