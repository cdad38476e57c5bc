//! Brands one by one: writing them, what shows them, their mark, and the brand above.

use diesel::QueryResult;
use serde_json::{Value, json};
use uuid::Uuid;

use super::actions::{Brands, Outcome};
use super::model::{Brand, BrandChange, BrandEvidenceKind, BrandId, NewBrand, WholeBrand, thing};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::version::SeenState;
use crate::db::{Conn, DbError, Json, Tx};
use crate::ground::files::{self, Addresses, FileId, FileView};
use crate::kernel::trail::{self, Act};

/// The kinds under which files belong to brands; the room vouches for them.
pub(super) const FILES: [&str; 4] = ["brand_measure", "brand_experience", "brand_data", MARK];

/// The kind under which a picture is a brand's mark.
const MARK: &str = "brand_mark";

const fn file_kind(kind: BrandEvidenceKind) -> &'static str {
    match kind {
        BrandEvidenceKind::Measure => FILES[0],
        BrandEvidenceKind::Experience => FILES[1],
        BrandEvidenceKind::Data => FILES[2],
    }
}

impl Brands {
    /// A brand with everything around it.
    pub(super) async fn find(&self, id: BrandId, addresses: &Addresses) -> Outcome<WholeBrand> {
        let whole = self.db.read(move |conn| find_whole(conn, id)).await?.ok_or(Refusal::NoSuchBrand)?;
        let now = self.db.now();
        let put = |file: FileView| addresses.put(file, false, now);
        Ok(WholeBrand {
            picture: whole.picture.map(put),
            evidence: whole.evidence.into_iter().map(|(kind, file)| (kind, put(file))).collect(),
            ..whole
        })
    }

    /// The brands above `brands`, and the marks of all of them with their addresses.
    pub(super) async fn around(
        &self,
        brands: &[Brand],
        addresses: &Addresses,
    ) -> Result<(Vec<Brand>, Vec<FileView>), DbError> {
        let parents: Vec<BrandId> = brands.iter().filter_map(|brand| brand.parent_id).collect();
        let pictures: Vec<FileId> = brands.iter().filter_map(|brand| brand.picture_id).collect();
        let read = move |conn: &mut Conn| Ok((store::find_some(conn, &parents)?, files::find_some(conn, &pictures)?));
        let (parents, pictures) = self.db.read(read).await?;
        let now = self.db.now();
        Ok((parents, pictures.into_iter().map(|file| addresses.put(file, false, now)).collect()))
    }

    /// Writes a brand for a unit within reach that has none.
    pub(super) async fn create(&self, actor: MemberId, reach: &Reach, new: NewBrand) -> Outcome<BrandId> {
        self.check_unit(reach, new.unit)?;
        self.db
            .write(move |tx| {
                let bare = Brand {
                    id: tx.fresh_id(),
                    unit_id: new.unit,
                    name: new.name.clone(),
                    summary: String::new(),
                    created_at: tx.now(),
                    updated_at: tx.now(),
                    measures: String::new(),
                    experience: String::new(),
                    figures: String::new(),
                    keywords: Json(Vec::new()),
                    picture_id: None,
                    parent_id: None,
                };
                let brand = changed(tx, bare, new.text.clone())?;
                if !store::insert_if_free(tx.conn, &brand)? {
                    return Err(Refusal::Taken.into());
                }
                note(tx, actor, "brands.create", &brand, json!({}))?;
                Ok(brand.id)
            })
            .await
    }

    /// Changes a brand of a unit within reach.
    pub(super) async fn edit(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: BrandId,
        seen: Option<SeenState>,
        change: BrandChange,
    ) -> Outcome<()> {
        self.keep(actor, reach, (id, seen), "brands.edit", move |tx, brand| {
            let next = changed(tx, brand, change.clone())?;
            Ok((next, json!({})))
        })
        .await
    }

    /// Attaches the actor's own files to a brand; those that are there stay.
    pub(super) async fn attach(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: BrandId,
        (kind, ids): (BrandEvidenceKind, Vec<FileId>),
    ) -> Outcome<()> {
        self.keep(actor, reach, (id, None), "brands.attach_evidence", move |tx, brand| {
            files::attach::<Refusal>(tx, &ids, actor, file_kind(kind), id.uuid())?;
            Ok((brand, json!({ "kind": kind, "file_ids": ids })))
        })
        .await
    }

    /// Takes a file off a brand.
    pub(super) async fn detach(&self, actor: MemberId, reach: &Reach, id: BrandId, file: FileId) -> Outcome<()> {
        self.keep(actor, reach, (id, None), "brands.detach_evidence", move |tx, brand| {
            let evidence = list_evidence(tx.conn, id)?;
            let (kind, _) = evidence.iter().find(|(_, known)| known.id == file).ok_or(Refusal::NoSuchFile)?;
            files::detach(tx, &[file], file_kind(*kind), id.uuid())?;
            Ok((brand, json!({ "file_id": file })))
        })
        .await
    }

    /// Makes a picture of the actor's the mark of a brand, in the place of the one before; `None` takes the mark away.
    pub(super) async fn put_picture(
        &self,
        actor: MemberId,
        reach: &Reach,
        (id, seen): (BrandId, Option<SeenState>),
        picture: Option<FileId>,
    ) -> Outcome<()> {
        self.keep(actor, reach, (id, seen), "brands.put_picture", move |tx, brand| {
            let former: Vec<FileId> = files::list_of(tx.conn, MARK, id.uuid())?.iter().map(|file| file.id).collect();
            let former: Vec<FileId> = former.into_iter().filter(|file| Some(*file) != picture).collect();
            files::detach(tx, &former, MARK, id.uuid())?;
            if let Some(file) = picture {
                files::attach::<Refusal>(tx, &[file], actor, MARK, id.uuid())?;
                let marks = files::list_of(tx.conn, MARK, id.uuid())?;
                rules::check_picture(marks.iter().find(|mark| mark.id == file).ok_or(Refusal::NoPicture)?)?;
            }
            Ok((Brand { picture_id: picture, ..brand }, json!({ "file_id": picture })))
        })
        .await
    }

    /// Does something to a brand of a unit within reach that is held, and puts it down.
    async fn keep(
        &self,
        actor: MemberId,
        reach: &Reach,
        (id, seen): (BrandId, Option<SeenState>),
        action: &'static str,
        act: impl Fn(&mut Tx, Brand) -> Outcome<(Brand, Value)> + Send + 'static,
    ) -> Outcome<()> {
        let unit = self.db.read(move |conn| store::find(conn, id)).await?.ok_or(Refusal::NoSuchBrand)?.unit_id;
        self.check_unit(reach, unit)?;
        self.db
            .write(move |tx| {
                let brand = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchBrand)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let (next, detail) = act(tx, brand)?;
                let next = Brand { updated_at: tx.now(), ..next };
                store::put(tx.conn, &next)?;
                Ok(note(tx, actor, action, &next, detail)?)
            })
            .await
    }

    fn check_unit(&self, reach: &Reach, unit: UnitId) -> Result<(), Refusal> {
        let path = self.directory.tree().get(unit).map(|card| card.path.clone()).ok_or(Refusal::NoSuchUnit)?;
        if reach.covers(&path) { Ok(()) } else { Err(Refusal::OutOfReach) }
    }
}

/// Whose brand it is.
pub fn find_unit(conn: &mut Conn, id: BrandId) -> QueryResult<Option<UnitId>> {
    Ok(store::find(conn, id)?.map(|brand| brand.unit_id))
}

/// Makes a file of another thing, such as the entry by which it was chosen, the mark of a brand; false when it is that
/// already.
pub fn adopt_picture(tx: &mut Tx, actor: MemberId, id: BrandId, picture: FileId) -> QueryResult<bool> {
    let Some(brand) = store::lock_row(tx.conn, id)?.filter(|brand| brand.picture_id != Some(picture)) else {
        return Ok(false);
    };
    let former: Vec<FileId> = files::list_of(tx.conn, MARK, id.uuid())?.iter().map(|file| file.id).collect();
    files::detach(tx, &former, MARK, id.uuid())?;
    let brand = Brand { picture_id: Some(picture), updated_at: tx.now(), ..brand };
    store::put(tx.conn, &brand)?;
    note(tx, actor, "brands.put_picture", &brand, json!({ "file_id": picture }))?;
    Ok(true)
}

/// What is attached to a brand, with what it shows.
fn list_evidence(conn: &mut Conn, id: BrandId) -> QueryResult<Vec<(BrandEvidenceKind, FileView)>> {
    let mut found = Vec::new();
    for kind in BrandEvidenceKind::EACH {
        let files = files::list_of(conn, file_kind(*kind), id.uuid())?;
        found.extend(files.into_iter().map(|file| (*kind, file)));
    }
    Ok(found)
}

/// Whether a brand has more than an import writes: then none is taken back with it.
pub(super) fn is_kept(conn: &mut Conn, brand: &Brand) -> QueryResult<bool> {
    let has_children = !store::list_children(conn, brand.id)?.is_empty();
    Ok(has_children || !brand.is_bare() || !list_evidence(conn, brand.id)?.is_empty())
}

fn find_whole(conn: &mut Conn, id: BrandId) -> QueryResult<Option<WholeBrand>> {
    let Some(brand) = store::find(conn, id)? else { return Ok(None) };
    let parent = match brand.parent_id {
        Some(parent) => store::find(conn, parent)?,
        None => None,
    };
    let children = store::list_children(conn, id)?;
    let picture = files::find_some(conn, brand.picture_id.as_slice())?.pop();
    Ok(Some(WholeBrand { parent, children, picture, evidence: list_evidence(conn, id)?, brand }))
}

/// The brand with what changes of it.
fn changed(tx: &mut Tx, brand: Brand, change: BrandChange) -> Outcome<Brand> {
    if let Some(Some(parent)) = change.parent {
        // held, so that it does not come to belong to another one meanwhile
        let parent = store::lock_row(tx.conn, parent)?;
        let has_children = !store::list_children(tx.conn, brand.id)?.is_empty();
        rules::check_parent(brand.id, has_children, parent.as_ref())?;
    }
    if let Some(keywords) = &change.keywords {
        rules::check_keywords(keywords)?;
    }
    let text = |change: Option<Option<String>>, present: String| change.map_or(present, Option::unwrap_or_default);
    Ok(Brand {
        name: change.name.unwrap_or(brand.name),
        summary: text(change.summary, brand.summary),
        measures: text(change.measures, brand.measures),
        experience: text(change.experience, brand.experience),
        figures: text(change.figures, brand.figures),
        keywords: change.keywords.map_or(brand.keywords, Json),
        parent_id: change.parent.unwrap_or(brand.parent_id),
        ..brand
    })
}

fn note(tx: &mut Tx, actor: MemberId, action: &str, brand: &Brand, mut detail: Value) -> QueryResult<()> {
    detail["unit_id"] = json!(brand.unit_id);
    detail["name"] = json!(brand.name);
    let subject_id: Uuid = brand.id.uuid();
    trail::note(tx, Act { actor: Some(actor), action, subject_kind: thing(brand.id).kind, subject_id, detail })
}
