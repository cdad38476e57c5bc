//! Figures of several rounds, and the table made of them.

use std::collections::BTreeMap;

/// What one measurement saw.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Per second.
    pub rate: f64,
    pub p99_ms: f64,
}

/// Everything seen so far, by name.
#[derive(Default)]
pub struct Figures(BTreeMap<&'static str, Vec<Figure>>);

/// A line of the table: an operation, its floor, and what is to be reached.
pub struct Target {
    pub name: &'static str,
    pub figure: &'static str,
    pub floor: Floor,
    pub ratio: f64,
    pub p99_ms: f64,
}

/// What an operation is compared with.
pub enum Floor {
    Of(&'static str),
    /// What a write cannot avoid: an answer and its rows, one after the other.
    Combined(&'static str, &'static str),
}

impl Figures {
    pub fn add(&mut self, name: &'static str, figure: Figure) {
        eprintln!("    {name}: {:.0}/s, p99 {:.1} ms", figure.rate, figure.p99_ms);
        self.0.entry(name).or_default().push(figure);
    }

    fn rates(&self, name: &str) -> Vec<f64> {
        self.0.get(name).into_iter().flatten().map(|figure| figure.rate).collect()
    }

    fn floors(&self, floor: &Floor) -> Vec<f64> {
        match floor {
            Floor::Of(name) => self.rates(name),
            Floor::Combined(hello, raw) => {
                let pairs = self.rates(hello).into_iter().zip(self.rates(raw));
                pairs.map(|(hello, raw)| 1.0 / (1.0 / hello + 1.0 / raw)).collect()
            }
        }
    }

    /// The comparison as Markdown. Ratios are taken round by round, so that a slow minute of the machine slows both.
    pub fn comparison(&self, targets: &[Target]) -> String {
        let mut table =
            "| operation | per second | spread | floor | ratio | to reach | p99 | to reach | |\n".to_owned();
        table += "|---|---:|---:|---:|---:|---:|---:|---:|---|\n";
        for target in targets {
            let (rates, floors) = (self.rates(target.figure), self.floors(&target.floor));
            let ratios: Vec<f64> = rates.iter().zip(&floors).map(|(rate, floor)| rate / floor).collect();
            if ratios.is_empty() {
                table += &format!(
                    "| {} | not measured | | | | {:.2} | | {} ms | |\n",
                    target.name, target.ratio, target.p99_ms
                );
                continue;
            }
            let p99s: Vec<f64> = self.0.get(target.figure).into_iter().flatten().map(|figure| figure.p99_ms).collect();
            let (ratio, p99) = (median(&ratios), median(&p99s));
            let verdict = if ratio >= target.ratio && p99 <= target.p99_ms { "reached" } else { "**missed**" };
            table += &format!(
                "| {} | {:.0} | {} | {:.0} | {ratio:.2} | {:.2} | {p99:.1} ms | {} ms | {verdict} |\n",
                target.name,
                median(&rates),
                spread(&rates),
                median(&floors),
                target.ratio,
                target.p99_ms,
            );
        }
        table
    }

    /// Every figure by itself, floors included.
    pub fn all(&self) -> String {
        let mut table = "| measured | per second | spread | p99 |\n|---|---:|---:|---:|\n".to_owned();
        for (name, figures) in &self.0 {
            let rates = self.rates(name);
            let p99s: Vec<f64> = figures.iter().map(|figure| figure.p99_ms).collect();
            // A floor without single requests has no percentile.
            let p99 = Some(median(&p99s)).filter(|p99| *p99 > 0.0).map_or("–".into(), |p99| format!("{p99:.1} ms"));
            table += &format!("| {name} | {:.0} | {} | {p99} |\n", median(&rates), spread(&rates));
        }
        table
    }
}

/// The middle one; of an even number the mean of the middle two.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

/// The slowest and the fastest round.
fn spread(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    format!("{least:.0}–{most:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        let mut figures = Figures::default();
        for (hello, raw, write) in [(100.0, 100.0, 25.0), (50.0, 50.0, 12.5), (100.0, 100.0, 10.0)] {
            for (name, rate) in [("hello", hello), ("raw", raw), ("write", write)] {
                figures.add(name, Figure { rate, p99_ms: 1.0 });
            }
        }
        let floor = Floor::Combined("hello", "raw");
        let table = figures.comparison(&[Target { name: "w", figure: "write", floor, ratio: 0.4, p99_ms: 5.0 }]);
        assert!(table.contains("| w | 12 | 10–25 | 50 | 0.50 | 0.40 | 1.0 ms | 5 ms | reached |"), "{table}");
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
    }
}
