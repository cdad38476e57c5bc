//! Rosters from the demonstration files, and as untidy as people send them.

use super::*;
use crate::base::capability::Role;
use crate::base::sheet::{self, Book, SheetError};
use crate::people::members::model::MemberKind;

fn csv(text: &str) -> Book {
    sheet::read(text.as_bytes(), None).unwrap()
}

fn demo(name: &str) -> Book {
    sheet::read(&std::fs::read(format!("demo/{name}")).unwrap(), None).unwrap()
}

fn parents(pairs: &[(&str, &str)]) -> Parents {
    let some = |parent: &str| (!parent.is_empty()).then(|| parent.to_owned());
    let place = |code: &str, parent| Place { parent: some(parent), name: code.to_owned(), short_name: code.to_owned() };
    pairs.iter().map(|(code, parent)| ((*code).to_owned(), place(code, parent))).collect()
}

fn known(lines: &[UnitLine]) -> Parents {
    let place = |line: &UnitLine| Place {
        parent: line.parent.clone(),
        name: line.name.clone(),
        short_name: line.short_name.clone(),
    };
    lines.iter().map(|line| (line.code.clone(), place(line))).collect()
}

/// Rows that are refused, and rows of which something is told besides.
fn refused<T>(parsed: &Parsed<T>) -> Vec<u32> {
    parsed.remarks.problems.iter().filter_map(|problem| problem.row).collect()
}

fn warned<T>(parsed: &Parsed<T>) -> Vec<u32> {
    parsed.remarks.warnings.iter().filter_map(|warning| warning.row).collect()
}

fn codes(parsed: &Parsed<UnitLine>) -> Vec<&str> {
    parsed.lines.iter().map(|line| line.code.as_str()).collect()
}

#[test]
fn the_demonstration_roster_has_no_problems() {
    let units = read_units(&demo("organization.csv"), &Parents::new()).unwrap();
    assert_eq!((units.lines.len(), units.remarks.problems.len()), (308, 0));
    let known = known(&units.lines);
    let members = read_members(&demo("members.xlsx"), &known).unwrap();
    assert_eq!((members.lines.len(), members.remarks.problems.len()), (760, 0));
    let count = |role: Role| members.lines.iter().filter(|line| line.duties.contains(&role)).count();
    assert_eq!([Role::GroupLeader, Role::Secretary, Role::BranchCommittee].map(count), [188, 94, 94]);
    assert_eq!([Role::CommitteeMember, Role::Expert, Role::Administrator].map(count), [25, 3, 1]);
    assert_eq!(members.lines.iter().filter(|line| line.kind == MemberKind::Probationary).count(), 11);
}

#[test]
fn every_demonstration_duty_finds_its_seat() {
    let units = read_units(&demo("organization.csv"), &Parents::new()).unwrap().lines;
    let members = read_members(&demo("members.xlsx"), &known(&units)).unwrap();
    let find = |code: &str| units.iter().find(|unit| unit.code == code);
    for line in &members.lines {
        let path: Vec<&UnitLine> =
            std::iter::successors(find(&line.unit), |unit| find(unit.parent.as_deref()?)).collect();
        let kinds: Vec<&str> = path.iter().map(|unit| unit.kind.as_str()).collect();
        for role in &line.duties {
            assert!(seat_of(*role, &kinds).is_some(), "{} {role}", line.name);
        }
    }
}

#[test]
fn an_export_is_read_back_unchanged() {
    let units = read_units(&demo("organization.csv"), &Parents::new()).unwrap().lines;
    let bytes = sheet::write_csv(&UNIT_HEADERS, units.iter().map(UnitLine::cells));
    let again = read_units(&sheet::read(&bytes, None).unwrap(), &Parents::new()).unwrap().lines;
    assert_eq!(
        units.iter().map(UnitLine::cells).collect::<Vec<_>>(),
        again.iter().map(UnitLine::cells).collect::<Vec<_>>()
    );

    let members = read_members(&demo("members.xlsx"), &known(&units)).unwrap().lines;
    let bytes = sheet::write_xlsx("成员", &MEMBER_HEADERS, members.iter().map(MemberLine::cells)).unwrap();
    assert_eq!(
        read_members(&sheet::read(&bytes, None).unwrap(), &known(&units))
            .unwrap()
            .lines
            .iter()
            .map(MemberLine::cells)
            .collect::<Vec<_>>(),
        members.iter().map(MemberLine::cells).collect::<Vec<_>>()
    );
}

#[test]
fn units_come_in_any_column_order_and_parents_first() {
    let sheet = csv(
        "组织类型,上级 编码*,组织名称,组织编码\n党支部,ｊｃ01,一支部,jc01-01\n基层党委,SF,龙首矿党委,jc01\n集团党委,,集团,sf\n",
    );
    let parsed = read_units(&sheet, &Parents::new()).unwrap();
    assert!(parsed.remarks.problems.is_empty());
    assert_eq!(codes(&parsed), ["SF", "JC01", "JC01-01"]);
    let branch = &parsed.lines[2];
    assert_eq!((branch.at.row, branch.short_name.as_str(), branch.parent.as_deref()), (2, "一支部", Some("JC01")));
}

#[test]
fn a_sheet_without_a_needed_column_is_refused() {
    let refusal = read_units(&csv("编码,名称,类型\nA,甲,党支部\n"), &Parents::new()).unwrap_err();
    assert!(matches!(&refusal, SheetError::MissingColumn { column, .. } if column == "上级编码"), "{refusal}");
    let refusal = read_members(&csv("工号,姓名,政治面貌\n1,甲,党员\n"), &Parents::new()).unwrap_err();
    assert!(matches!(&refusal, SheetError::MissingColumn { column, .. } if column == "所属党小组编码"), "{refusal}");
}

#[test]
fn bad_units_are_told_and_good_ones_taken() {
    let sheet = csv("编码,名称,上级编码,类型\n\
        SF,集团,,集团党委\n\
        ,无编码,SF,党支部\n\
        A_1,字符,SF,党支部\n\
        B,,SF,\n\
        C,好,SF,党支部\n\
        c,又一个,SF,党支部\n\
        D,孤儿,X,党支部\n\
        E,孤儿之子,D,党小组\n\
        F,环一,G,党支部\n\
        G,环二,F,党支部\n\
        H,第二个根,,集团党委\n\
        I,车间,C,车间\n");
    let parsed = read_units(&sheet, &Parents::new()).unwrap();
    assert_eq!(codes(&parsed), ["SF", "C", "I"]);
    assert_eq!(refused(&parsed), [3, 4, 5, 5, 7, 8, 9, 10, 11, 12]);
    assert_eq!(warned(&parsed), [13]);
    let told = |row: u32| parsed.remarks.problems.iter().find(|problem| problem.row == Some(row)).unwrap();
    assert_eq!(told(7).message, "“C”与第 6 行重复，而内容不同");
    assert_eq!(
        (told(8).column.as_deref(), told(8).message.as_str()),
        (Some("上级编码"), "上级组织“X”不存在，或它自己的行有问题")
    );
    assert_eq!(told(9).message, "上级组织不能导入，因为“X”有问题");
    assert_eq!(told(10).message, "上级关系成环，或超过 12 级");
}

#[test]
fn existing_units_count_as_parents_and_may_be_moved_but_not_below_themselves() {
    let existing = parents(&[("SF", ""), ("A", "SF"), ("B", "A"), ("C", "SF")]);
    let sheet = |text: &str| csv(&format!("编码,名称,上级编码,类型\n{text}"));
    let moved = read_units(&sheet("B,乙,C,党支部\nD,丁,B,党小组\n"), &existing).unwrap();
    assert_eq!((codes(&moved), moved.remarks.problems.len()), (vec!["B", "D"], 0));
    let circle = read_units(&sheet("A,甲,B,党支部\n"), &existing).unwrap();
    assert_eq!((circle.lines.len(), refused(&circle)), (0, vec![2]));
    let root = read_units(&sheet("SF,集团,,集团党委\nX,另一集团,,集团党委\n"), &existing).unwrap();
    assert_eq!((codes(&root), refused(&root)), (vec!["SF"], vec![3]));
    let lost_root = read_units(&sheet("SF,集团,A,集团党委\n"), &existing).unwrap();
    assert_eq!(refused(&lost_root), [2]);
}

#[test]
fn untidy_members_are_understood() {
    let units = parents(&[("SF", ""), ("JC01-01-1", "SF")]);
    let sheet = csv("姓 名;手机;职务;党小组编码;类别;员工编号\n\
        张　三;１３８－0000 1111;党小组长、支委委员，督导；督导;ｊｃ01-01-1;正式党员;jc00001\n\
        Ivan  Petrov;+86 139-0000-1111;无;JC01-01-1;中共预备党员;00002\n\
        阿依古丽·买买提;;车间主任 审计员 支部书记;JC01-01-1;群众;3\n");
    let parsed = read_members(&sheet, &units).unwrap();
    let line = |n: usize| &parsed.lines[n];
    assert_eq!((line(0).name.as_str(), line(0).phone.as_deref()), ("张三", Some("13800001111")));
    assert_eq!((line(0).employee_no.as_str(), line(0).unit.as_str()), ("JC00001", "JC01-01-1"));
    assert_eq!(line(0).duties, [Role::GroupLeader, Role::BranchCommittee, Role::Inspector]);
    assert_eq!((line(1).name.as_str(), line(1).phone.as_deref()), ("Ivan Petrov", Some("13900001111")));
    assert_eq!((line(1).kind, line(1).duties.len()), (MemberKind::Probationary, 0));
    assert_eq!((line(2).phone.as_deref(), line(2).duties.as_slice()), (None, [Role::Secretary].as_slice()));
    assert_eq!(warned(&parsed), [4, 4]);
    assert_eq!(parsed.remarks.warnings[0].message, "“车间主任”不是系统中的职务，已略过");
}

#[test]
fn bad_members_are_told_and_good_ones_taken() {
    let units = parents(&[("SF", "")]);
    let long = "长".repeat(51);
    let sheet = csv(&format!(
        "工号,姓名,手机号,组织编码,政治面貌\n\
        1,甲,13800000001,SF,党员\n\
        1,乙,,SF,党员\n\
        2,丙,13800000001,SF,党员\n\
        ,{long},23800000001,XX,外宾\n\
        3 4,丁,1380000000,SF,党员\n\
        5,戊,,SF,群众\n"
    ));
    let parsed = read_members(&sheet, &units).unwrap();
    assert_eq!(parsed.lines.iter().map(|line| line.at.row).collect::<Vec<_>>(), [2, 7]);
    assert_eq!(refused(&parsed), [3, 4, 5, 5, 5, 5, 5, 6, 6]);
    assert_eq!(parsed.remarks.problems[1].message, "“13800000001”与第 2 行重复");
    assert_eq!(parsed.remarks.problems[4].column.as_deref(), Some("手机号"));
}

#[test]
fn a_duty_sits_on_the_nearest_unit_of_its_kind() {
    let path = ["党小组", "党支部", "党总支", "基层党委", "集团党委"];
    let cases = [
        (Role::GroupLeader, Some(0)),
        (Role::Secretary, Some(1)),
        (Role::BranchCommittee, Some(1)),
        (Role::CommitteeMember, Some(2)),
        (Role::Organiser, Some(4)),
        (Role::Expert, Some(4)),
    ];
    for (role, unit) in cases {
        assert_eq!(seat_of(role, &path), unit, "{role}");
    }
    assert_eq!(seat_of(Role::CommitteeMember, &["车间", "集团党委"]), Some(1));
    assert_eq!(seat_of(Role::Secretary, &["基层党委", "集团党委"]), None);
    assert_eq!(seat_of(Role::Auditor, &[]), None);
}
