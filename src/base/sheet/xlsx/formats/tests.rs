//! What cells show.

use super::*;

fn show(code: &str, number: f64) -> String {
    Format::of_code(code).show(number, false).unwrap_or_else(|| decimal(number))
}

#[test]
fn a_cell_shows_what_its_format_says() {
    for (code, number, shown) in [
        ("General", 0.1 + 0.2, "0.3"),
        ("m\"月\"d\"日\"", 46_204.0, "7月1日"),
        ("yyyy\"年\"m\"月\"d\"日\";@", 7_872.0, "1921年7月20日"),
        ("yyyy\"年\"m\"月\"", 7_900.0, "1921年8月"),
        ("yyyy\"年\"", 46_204.0, "2026年"),
        ("[$-804]yyyy/m/d h:mm", 46_204.326, "2026/7/1 7:49"),
        ("yyyy-mm-dd", 46_204.0, "2026-07-01"),
        ("mmmm", 46_204.0, "七月"),
        ("[$-409]mmmm", 46_204.0, "July"),
        ("[$-409]d-mmm-yy", 46_204.0, "1-Jul-26"),
        ("aaaa", 46_204.0, "星期三"),
        ("aaa", 46_204.0, "三"),
        ("ddd", 46_204.0, "周三"),
        ("上午/下午h\"时\"mm\"分\"", 0.326_388_888_888_889, "上午7时50分"),
        ("h:mm AM/PM", 0.5, "12:00 PM"),
        ("h:mm", 46_203.999_999_999, "0:00"),
        ("[h]:mm", 1.5, "36:00"),
        ("[h]:mm:ss", 2.0, "48:00:00"),
        ("[mm]:ss", 0.0625, "90:00"),
        ("mm:ss", 0.0625, "30:00"),
        ("mm:ss.0", 0.0625 + 0.5 / 86_400.0, "30:00.5"),
        ("# ?/?", 0.5, "1/2"),
        ("# ??/??", 0.333_333_333, "1/3"),
        ("# ?/?", 2.25, "2 1/4"),
        ("# ?/?", 3.0, "3"),
        ("# ?/8", 0.5, "4/8"),
        ("0.00", 3.5, "3.50"),
        ("0.00", 0.125, "0.13"),
        ("#,##0", 1_234_567.0, "1,234,567"),
        ("#,##0.00", 1_234.5, "1,234.50"),
        ("#,##0.00;(#,##0.00)", -1_234.5, "(1,234.50)"),
        ("0.0#", 2.5, "2.5"),
        ("0%", 0.6667, "67%"),
        ("0.00%", 0.75, "75.00%"),
        ("0\"大\"", 18.0, "18大"),
        ("\"第\"0\"次\"", 19.0, "第19次"),
        ("General\"大\"", 20.0, "20大"),
        ("#,##0\"天\"", 1_000.0, "1,000天"),
        ("000000", 42.0, "000042"),
        ("\"BH\"0000", 12.0, "BH0012"),
        ("000-0000-0000", 13_800_001_111.0, "138-0000-1111"),
        ("0.00_ ;[Red]\\-0.00\\ ", -12.5, "-12.50"),
        ("0.00E+00", 299_792_458.0, "3.00E+08"),
        ("0!.0,\"万\"", 56_000.0, "5.6万"),
        ("[>=100]\"多\";\"少\"", 5.0, "少"),
        ("[=1]\"男\";[=2]\"女\"", 2.0, "女"),
        ("\"¥\"#,##0.00", 12.0, "¥12.00"),
        ("[$¥-804]#,##0", 1_200.0, "¥1,200"),
        ("[DBNum1]General", 1_949.0, "一千九百四十九"),
        ("[DBNum1][$-804]0", 1_949.0, "一九四九"),
        ("[DBNum2]General", 12.0, "壹拾贰"),
        ("[DBNum1]General", 10_020.0, "一万〇二十"),
        ("[DBNum1]General", 100_000_000.0, "一亿"),
        ("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", 46_204.0, "二〇二六年七月一日"),
        ("[DBNum1][$-804]m\"月\"d\"日\"", 46_022.0, "十二月三十一日"),
        ("[DBNum3]0", 12.0, "１２"),
        ("0;0;\"无\"", 0.0, "无"),
    ] {
        assert_eq!(show(code, number), shown, "{code} {number}");
    }
    assert_eq!(Format::of_code("\"第\"@\"次\"").around("19").as_deref(), Some("第19次"));
    assert_eq!(Format::of_code("@").around("19"), None);
    assert_eq!(Format::of_code("0;-0;0;\"《\"@\"》\"").around("党章").as_deref(), Some("《党章》"));
}

#[test]
fn days_are_told_from_numbers() {
    for (code, is_moment) in [
        ("General", false),
        ("0.00_ ;[Red]\\-0.00\\ ", false),
        ("#,##0\"天\"", false),
        ("0.00E+00", false),
        ("@", false),
        ("yyyy\"年\"m\"月\"d\"日\";@", true),
        ("[h]:mm", true),
        ("aaaa", true),
        ("0.00%", false),
        (&"0".repeat(100_000), false),
    ] {
        assert_eq!(Format::of_code(code).is_moment(1.0), is_moment, "{code}");
    }
    assert_eq!(show("yyyy-mm-dd", -1.0), "-1");
    assert_eq!(show("yyyy-mm-dd", 1.0), "1900-01-01");
    assert_eq!(show("yyyy-mm-dd", 61.0), "1900-03-01");
    assert_eq!(Format::of_code("yyyy-mm-dd").show(0.0, true).as_deref(), Some("1904-01-01"));
}

proptest::proptest! {
    #[test]
    fn no_format_makes_it_panic(code in "[0#?.,%/E+@;\\[\\]\"yYmdhsa年DBNum1-9$ >=上午下\\\\!_*-]{0,24}", number in proptest::prelude::any::<f64>()) {
        let format = Format::of_code(&code);
        for number in [number, 0.0, 46_204.5, -1.0, 1e15] {
            let _ = (format.show(number, false), format.show(number, true), format.is_moment(number));
        }
        let _ = format.around("甲");
    }
}
