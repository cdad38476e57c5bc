//! What a check of the trail gives.

use crate::base::time::{Day, Timestamp};
use crate::kernel::trail::TrailId;
use crate::kernel::trail::chain::Fault;

crate::words!(
    /// What does not fit in the chain of the trail.
    FaultKind {
        /// A seal was removed.
        SealMissing = "seal_missing" / "缺少封存记录",
        /// A sealed line was removed.
        LineMissing = "line_missing" / "留痕被删除",
        /// A line or its seal was changed, or lines changed places.
        Differs = "differs" / "留痕被改动",
        /// A line was added past the program.
        Inserted = "inserted" / "留痕系程序之外写入",
        /// The newest lines were removed together with their seals.
        CutOff = "cut_off" / "末尾被截断",
        /// The chain is another one than the anchors tell of.
        AnchorDiffers = "anchor_differs" / "与锚点不一致",
        /// The file of anchors cannot be read.
        AnchorsUnreadable = "anchors_unreadable" / "锚点文件无法读取",
    }
);

/// The first thing that does not fit.
#[derive(Clone, Debug)]
pub struct ChainFault {
    pub kind: FaultKind,
    /// Its place in the chain, from 1.
    pub position: Option<i64>,
    pub line_id: Option<TrailId>,
    /// When that line says that it was written.
    pub at: Option<Timestamp>,
    /// In Chinese.
    pub message: String,
}

impl ChainFault {
    pub fn of(fault: Fault) -> ChainFault {
        match fault {
            Fault::SealMissing { position } => {
                ChainFault::new(FaultKind::SealMissing, Some(position), format!("第 {position} 条的封存记录缺失"))
            }
            Fault::LineMissing { position } => {
                ChainFault::new(FaultKind::LineMissing, Some(position), format!("第 {position} 条留痕已被删除"))
            }
            Fault::Differs { position, line, at } => ChainFault {
                line_id: Some(line),
                at: Some(at),
                ..ChainFault::new(FaultKind::Differs, Some(position), format!("第 {position} 条留痕与封存时不一致"))
            },
            Fault::Inserted { line, at } => ChainFault {
                line_id: Some(line),
                at: Some(at),
                ..ChainFault::new(FaultKind::Inserted, None, "有一条留痕未经程序写入".into())
            },
        }
    }

    /// An anchor tells of a position that the chain no longer reaches.
    pub fn cut_off(position: i64, anchored_on: Day) -> ChainFault {
        let message =
            format!("锚点（{anchored_on}）记载的留痕自第 {position} 条起已不存在；如曾从更早的备份恢复，属于正常");
        ChainFault::new(FaultKind::CutOff, Some(position), message)
    }

    /// What stands at an anchored position is another line.
    pub fn at_anchor(position: i64) -> ChainFault {
        ChainFault::new(FaultKind::AnchorDiffers, Some(position), format!("第 {position} 条与锚点文件记载的不一致"))
    }

    /// A line of the file of anchors, from 1, is none.
    pub fn in_anchors(number: usize) -> ChainFault {
        ChainFault::new(FaultKind::AnchorsUnreadable, None, format!("锚点文件第 {number} 行无法读取"))
    }

    fn new(kind: FaultKind, position: Option<i64>, message: String) -> ChainFault {
        ChainFault { kind, position, line_id: None, at: None, message }
    }
}

/// What a check of the whole trail found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Lines whose seals fit, from the first on.
    pub sealed: i64,
    /// Lines that wait for their seal.
    pub waiting: i64,
    /// The hash of the last fitting seal, in hexadecimal digits.
    pub last_hash: String,
    /// How many anchors were looked at.
    pub anchors: usize,
    pub checked_at: Timestamp,
    pub fault: Option<ChainFault>,
}

impl Verified {
    /// For the operator.
    pub fn lines(&self) -> Vec<String> {
        let Verified { sealed, waiting, last_hash, anchors, .. } = self;
        let mut lines = vec![format!("已封存 {sealed} 条，待封存 {waiting} 条，锚点 {anchors} 个，末端 {last_hash}")];
        lines.push(self.fault.as_ref().map_or("核验通过".into(), |fault| format!("核验未通过：{}", fault.message)));
        lines
    }
}
