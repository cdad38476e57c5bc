//! Workflows as constant tables: from which stage which verb leads where, and whose verb it is.
//!
//! A room writes its table down, asks it before it acts, and advances by compare-and-set (`UPDATE … WHERE stage = from`)
//! in its own store. `tests/workflow.rs` walks every table, and lists them all.

use std::fmt::Debug;

/// One line of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<S, V, W> {
    pub from: S,
    pub verb: V,
    pub to: S,
    /// Whose verb it is in this stage.
    pub who: W,
}

/// A line, written as a sentence: from where which verb leads whereto, and whose it is.
pub const fn step<S: Copy, V: Copy, W: Copy>(from: S, verb: V, to: S, who: W) -> Step<S, V, W> {
    Step { from, verb, to, who }
}

/// A whole table.
#[derive(Clone, Copy, Debug)]
pub struct Flow<S: 'static, V: 'static, W: 'static> {
    /// Where everything begins.
    pub start: S,
    pub steps: &'static [Step<S, V, W>],
}

impl<S: Copy + PartialEq + Debug, V: Copy + PartialEq + Debug, W> Flow<S, V, W> {
    /// Where `verb` leads from `stage`; `None` when it may not be done there.
    pub fn step(&self, stage: S, verb: V) -> Option<&'static Step<S, V, W>> {
        self.steps.iter().find(|step| step.from == stage && step.verb == verb)
    }

    /// Whether `verb` leads to `stage`, so that it was done before: a request sent twice is one.
    pub fn was_done(&self, stage: S, verb: V) -> bool {
        self.of_verb(verb).any(|step| step.to == stage)
    }

    /// Whether `verb` is to be done in `stage`: `false` when it was done before, so that a request sent twice is one, and
    /// `None` when it may not be done.
    pub fn asks_for(&self, stage: S, verb: V) -> Option<bool> {
        match self.step(stage, verb) {
            Some(_) => Some(true),
            None => self.was_done(stage, verb).then_some(false),
        }
    }

    /// Every line with `verb`.
    pub fn of_verb(&self, verb: V) -> impl Iterator<Item = &'static Step<S, V, W>> {
        self.steps.iter().filter(move |step| step.verb == verb)
    }

    /// Every line that leaves `stage`.
    pub fn of_stage(&self, stage: S) -> impl Iterator<Item = &'static Step<S, V, W>> {
        self.steps.iter().filter(move |step| step.from == stage)
    }

    /// What is wrong with the table: stages that nothing reaches, verbs that never apply, two lines for one verb.
    pub fn flaws(&self, stages: &[S], verbs: &[V]) -> Vec<String> {
        let mut reached = vec![self.start];
        let mut at = 0;
        while at < reached.len() {
            let next: Vec<S> = self.of_stage(reached[at]).map(|step| step.to).collect();
            for stage in next {
                if !reached.contains(&stage) {
                    reached.push(stage);
                }
            }
            at += 1;
        }
        let unreached =
            stages.iter().filter(|stage| !reached.contains(stage)).map(|s| format!("nothing reaches {s:?}"));
        let idle =
            verbs.iter().filter(|verb| self.of_verb(**verb).next().is_none()).map(|v| format!("{v:?} never applies"));
        let twice = self.steps.iter().filter(|step| {
            self.steps.iter().filter(|other| other.from == step.from && other.verb == step.verb).count() > 1
        });
        let twice = twice.map(|step| format!("{:?} from {:?} stands twice", step.verb, step.from));
        unreached.chain(idle).chain(twice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flawed_table_is_noticed() {
        const STEPS: &[Step<u8, char, ()>] = &[
            Step { from: 0, verb: 'a', to: 1, who: () },
            Step { from: 0, verb: 'a', to: 2, who: () },
            Step { from: 3, verb: 'b', to: 3, who: () },
        ];
        let flow = Flow { start: 0, steps: STEPS };
        let flaws = flow.flaws(&[0, 1, 2, 3], &['a', 'b', 'c']);
        assert_eq!(
            flaws,
            ["nothing reaches 3", "'c' never applies", "'a' from 0 stands twice", "'a' from 0 stands twice"]
        );
        assert_eq!(flow.step(0, 'a').map(|step| step.to), Some(1));
        assert_eq!(flow.step(1, 'a'), None);
        assert_eq!([0, 1, 2].map(|stage| flow.was_done(stage, 'a')), [false, true, true]);
        assert_eq!([0, 1, 3].map(|stage| flow.asks_for(stage, 'a')), [Some(true), Some(false), None]);
    }
}
