//! A text as a picture that phones read: a QR code, drawn as SVG.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around a code, as ISO/IEC 18004 wants them.
const QUIET: usize = 4;

/// The picture of `text`, black on white, without a size of its own; `None` for a text that is too long for one (2,331
/// bytes).
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect::<Vec<_>>();
    let mut path = String::new();
    for (row, line) in dark.chunks(width).enumerate() {
        let mut column = 0;
        while column < width {
            let run = line[column..].iter().take_while(|dark| **dark).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", column + QUIET, row + QUIET);
            }
            column += run.max(1);
        }
    }
    let size = width + 2 * QUIET;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}h-{size}z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_and_no_other() {
        let text = "otpauth://totp/a:b?secret=MZXW6YTBOI";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let drawn = svg(text).unwrap();
        let path = drawn.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
        let mut cells = std::collections::BTreeSet::new();
        for run in path.split('M').filter(|run| !run.is_empty()) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            cells.extend((0..length).map(|at| (x + at - QUIET, y - QUIET)));
        }
        for y in 0..code.width() {
            for x in 0..code.width() {
                assert_eq!(cells.contains(&(x, y)), code[(x, y)] == Color::Dark, "{x} {y}");
            }
        }
        assert!(svg(&"x".repeat(3000)).is_none());
    }
}
