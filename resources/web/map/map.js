// The map page: one interpreter of what Python tells it. It decides nothing and keeps nothing of its own:
// everything here can be thrown away and is told again after the next Hello.
(function () {
  'use strict';

  const VERSION = 1;
  const FRAMES_TO_SCREEN = 4; // from the page through the compositor to the widget
  const TEXT_PICTURES = 4000; // drawn numbers kept
  let seat = null; // the one object on the channel
  let map = null;
  let plane = null; // { projection, grid, key }
  let live = null; // the layer that draws marks, texts and the sketch
  let serial = 0; // of the last message heard
  let renderedSerial = 0; // of the last message that a rendered frame has in it
  let isStale = false; // something has changed since the last Drawn

  const tileSets = new Map(); // name -> { address, layer }
  const markSets = new Map(); // name -> { set, xs, ys, kinds, pictures }
  const textSets = new Map(); // name -> { set, pictures }
  let sketch = [];

  function tell(type, fields) {
    if (seat) seat.tell(JSON.stringify(Object.assign({ type: type }, fields)));
  }

  window.addEventListener('error', (event) => tell('Failed', { text: String(event.message).slice(0, 500) }));
  window.addEventListener('unhandledrejection', (event) => tell('Failed', { text: String(event.reason).slice(0, 500) }));

  // --- the view ---------------------------------------------------------------------------------------

  function makePlane(given) {
    if (given.definition) {
      proj4.defs(given.code, given.definition);
      ol.proj.proj4.register(proj4);
    }
    const extent = [given.west, given.south, given.east, given.north];
    const projection =
      (given.definition && ol.proj.get(given.code)) || new ol.proj.Projection({ code: given.code, units: 'm' });
    projection.setExtent(extent);
    const grid = new ol.tilegrid.TileGrid({
      origin: [given.west, given.north],
      resolutions: given.resolutions,
      tileSize: given.tile_px,
      extent: extent,
    });
    return { projection: projection, grid: grid, extent: extent, resolutions: given.resolutions, key: JSON.stringify(given) };
  }

  function makeView(camera) {
    const extent = plane.extent;
    const margin = Math.max(extent[2] - extent[0], extent[3] - extent[1]) / 2;
    return new ol.View({
      projection: plane.projection,
      center: [camera.x, camera.y],
      resolution: camera.m_px,
      resolutions: plane.resolutions,
      constrainResolution: true,
      constrainOnlyCenter: true,
      extent: ol.extent.buffer(extent, margin),
      enableRotation: false,
    });
  }

  function makeMap(camera) {
    live = new ol.layer.Layer({ render: drawLive, zIndex: 1000 });
    map = new ol.Map({
      target: 'map',
      controls: [],
      interactions: [
        new ol.interaction.DragPan({ kinetic: new ol.Kinetic(-0.005, 0.05, 100) }),
        new ol.interaction.MouseWheelZoom({ constrainResolution: true, duration: 180 }),
      ],
      layers: [live],
      view: makeView(camera),
      moveTolerance: 4,
    });
    map.on('click', (event) => sendClick(event, false));
    map.on('dblclick', (event) => sendClick(event, true));
    map.on('moveend', sendMoved);
    map.on('rendercomplete', sendDrawn);
  }

  function sendClick(event, isDouble) {
    const at = event.coordinate;
    tell('Clicked', { x: at[0], y: at[1], m_px: map.getView().getResolution(), is_double: isDouble });
  }

  function sendMoved() {
    const at = map.getView().getCenter();
    isStale = true;
    tell('Moved', { x: at[0], y: at[1], m_px: map.getView().getResolution() });
  }

  // The frame whose tiles are all there may be older than what was heard meanwhile: only what it has in it counts.
  function sendDrawn() {
    if (renderedSerial === serial) dropOldTiles();
    if (!isStale || renderedSerial !== serial) return;
    isStale = false;
    const drawn = renderedSerial;
    afterFrames(FRAMES_TO_SCREEN, () => tell('Drawn', { serial: drawn }));
  }

  function afterFrames(count, then) {
    if (count > 0) requestAnimationFrame(() => afterFrames(count - 1, then));
    else then();
  }

  function go(camera, durationMs) {
    const view = map.getView();
    view.cancelAnimations();
    if (durationMs > 0) {
      view.animate({ center: [camera.x, camera.y], resolution: camera.m_px, duration: durationMs });
    } else {
      view.setCenter([camera.x, camera.y]);
      view.setResolution(camera.m_px);
    }
  }

  // --- tiles ------------------------------------------------------------------------------------------

  let oldTiles = [];

  function setTiles(sets) {
    const named = new Set(sets.map((set) => set.name));
    for (const [name, known] of tileSets) {
      if (!named.has(name)) {
        map.removeLayer(known.layer);
        tileSets.delete(name);
      }
    }
    sets.forEach((set, index) => {
      const known = tileSets.get(set.name);
      if (known && known.address === set.address && known.ratio === set.ratio) return;
      // The new tiles load underneath; the old ones lie on top until everything is there.
      const layer = makeTileLayer(set);
      layer.setZIndex(index * 2);
      if (known) {
        known.layer.setZIndex(index * 2 + 1);
        oldTiles.push(known.layer);
      }
      map.addLayer(layer);
      tileSets.set(set.name, { address: set.address, ratio: set.ratio, layer: layer });
    });
  }

  function makeTileLayer(set) {
    return new ol.layer.Tile({
      preload: 0,
      source: new ol.source.TileImage({
        projection: plane.projection,
        tileGrid: plane.grid,
        tilePixelRatio: set.ratio,
        transition: 0,
        wrapX: false,
        url: set.address,
      }),
    });
  }

  function dropOldTiles() {
    const gone = oldTiles;
    oldTiles = [];
    gone.forEach((layer) => map.removeLayer(layer));
  }

  // --- symbols ----------------------------------------------------------------------------------------

  function pathOf(ops) {
    const path = new Path2D();
    let isFresh = true;
    for (const op of ops) {
      if (op[0] === 'M') path.moveTo(op[1], op[2]);
      else if (op[0] === 'L') path.lineTo(op[1], op[2]);
      else if (op[0] === 'Z') path.closePath();
      else if (op[0] === 'A') {
        // Python's angles grow counter-clockwise on the screen, the canvas's clockwise.
        const start = (-op[4] * Math.PI) / 180;
        const end = (-(op[4] + op[5]) * Math.PI) / 180;
        if (isFresh) path.moveTo(op[1] + op[3] * Math.cos(start), op[2] + op[3] * Math.sin(start));
        path.arc(op[1], op[2], op[3], start, end, op[5] > 0);
      }
      isFresh = op[0] === 'Z';
    }
    return path;
  }

  const HALO_FROM_PX = 6;

  function pictureOf(symbol, sizePx, ratio) {
    const half = (sizePx / 2) * ratio;
    const side = Math.ceil(sizePx * ratio + 2 * (symbol.reach_px + 2) * ratio) | 1;
    const canvas = document.createElement('canvas');
    canvas.width = side;
    canvas.height = side;
    const context = canvas.getContext('2d');
    context.translate(side / 2, side / 2);
    context.scale(half, half);
    context.lineJoin = 'round';
    // Of the smallest marks there are thousands: their halos would hide the city.
    const strokes = sizePx < HALO_FROM_PX ? symbol.strokes : [...symbol.halos, ...symbol.strokes];
    for (const stroke of strokes) {
      const path = pathOf(stroke.ops);
      if (stroke.fill) {
        context.fillStyle = stroke.fill;
        context.fill(path);
      }
      if (stroke.stroke) {
        context.strokeStyle = stroke.stroke;
        context.lineWidth = stroke.width + (stroke.more_px * ratio) / half;
        context.stroke(path);
      }
    }
    return canvas;
  }

  function atScale(steps, resolution) {
    for (const step of steps) if (resolution <= step[0] * 1.0001) return step[1];
    return steps[steps.length - 1][1];
  }

  // --- live drawing -----------------------------------------------------------------------------------

  let canvas = null;

  function drawLive(frame) {
    renderedSerial = serial;
    const ratio = frame.pixelRatio;
    const width = Math.round(frame.size[0] * ratio);
    const height = Math.round(frame.size[1] * ratio);
    if (!canvas) {
      canvas = document.createElement('canvas');
      canvas.className = 'live';
      canvas.style.position = 'absolute';
      canvas.style.left = '0';
      canvas.style.top = '0';
      canvas.style.pointerEvents = 'none';
    }
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = frame.size[0] + 'px';
      canvas.style.height = frame.size[1] + 'px';
    }
    const context = canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    const resolution = frame.viewState.resolution;
    const scale = ratio / resolution;
    const look = {
      context: context,
      ratio: ratio,
      resolution: resolution,
      scale: scale,
      width: width,
      height: height,
      left: width / 2 - frame.viewState.center[0] * scale,
      top: height / 2 + frame.viewState.center[1] * scale,
    };
    drawSketch(look, 'area');
    drawSketch(look, 'circle');
    const marks = visibleMarks(look);
    drawTexts(look, marks);
    drawMarks(look, marks);
    drawSketch(look, 'sign');
    return canvas;
  }

  function isInScale(set, resolution) {
    return set.is_visible && resolution >= set.from_m_px * 0.9999 && resolution <= set.until_m_px * 1.0001;
  }

  // Marks on the screen: per set a list of places for each kind.
  function visibleMarks(look) {
    const margin = 24 * look.ratio;
    const found = [];
    for (const known of markSets.values()) {
      if (!isInScale(known.set, look.resolution)) continue;
      const places = known.set.symbols.map(() => []);
      const xs = known.xs;
      const ys = known.ys;
      const kinds = known.kinds;
      for (let i = 0; i < kinds.length; i++) {
        const kind = kinds[i];
        if (kind < 0) continue;
        const x = xs[i] * look.scale + look.left;
        if (x < -margin || x > look.width + margin) continue;
        const y = look.top - ys[i] * look.scale;
        if (y < -margin || y > look.height + margin) continue;
        places[kind].push(x, y);
      }
      found.push({ known: known, places: places });
    }
    return found;
  }

  function drawMarks(look, marks) {
    for (const found of marks) {
      const known = found.known;
      const size = atScale(known.set.size_px, look.resolution);
      if (known.size !== size || known.ratio !== look.ratio) {
        known.size = size;
        known.ratio = look.ratio;
        known.pictures = known.set.symbols.map((symbol) => pictureOf(symbol, size, look.ratio));
      }
      found.places.forEach((places, kind) => {
        const picture = known.pictures[kind];
        const half = picture.width / 2;
        for (let i = 0; i < places.length; i += 2) {
          look.context.drawImage(picture, Math.round(places[i] - half), Math.round(places[i + 1] - half));
        }
      });
    }
  }

  function drawTexts(look, marks) {
    for (const known of textSets.values()) {
      const set = known.set;
      if (!isInScale(set, look.resolution)) continue;
      const clear = set.clear_px * look.ratio;
      const crowded = hashOf(marks, clear);
      for (let i = 0; i < set.texts.length; i++) {
        const x = set.xs[i] * look.scale + look.left;
        if (x < -20 || x > look.width + 20) continue;
        const y = look.top - set.ys[i] * look.scale;
        if (y < -20 || y > look.height + 20 || isNear(crowded, x, y, clear)) continue;
        const picture = textPicture(known, set.texts[i], look.ratio);
        look.context.drawImage(picture, Math.round(x - picture.width / 2), Math.round(y - picture.height / 2));
      }
    }
  }

  function hashOf(marks, side) {
    const cells = new Map();
    for (const found of marks) {
      for (const places of found.places) {
        for (let i = 0; i < places.length; i += 2) {
          const key = Math.floor(places[i] / side) * 65536 + Math.floor(places[i + 1] / side);
          const cell = cells.get(key);
          if (cell) cell.push(places[i], places[i + 1]);
          else cells.set(key, [places[i], places[i + 1]]);
        }
      }
    }
    return cells;
  }

  function isNear(cells, x, y, side) {
    const column = Math.floor(x / side);
    const row = Math.floor(y / side);
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) {
        const cell = cells.get(c * 65536 + r);
        if (!cell) continue;
        for (let i = 0; i < cell.length; i += 2) {
          if (Math.hypot(cell[i] - x, cell[i + 1] - y) < side) return true;
        }
      }
    }
    return false;
  }

  function textPicture(known, text, ratio) {
    if (known.ratio !== ratio || known.pictures.size > TEXT_PICTURES) {
      known.ratio = ratio;
      known.pictures = new Map();
    }
    let picture = known.pictures.get(text);
    if (!picture) {
      const size = parseInt(known.set.font, 10);
      picture = document.createElement('canvas');
      const context = picture.getContext('2d');
      context.font = known.set.font;
      picture.width = Math.ceil((context.measureText(text).width + 8) * ratio);
      picture.height = Math.ceil(size * 1.7 * ratio);
      context.scale(ratio, ratio);
      context.font = known.set.font;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.lineJoin = 'round';
      context.lineWidth = 3;
      context.strokeStyle = known.set.halo;
      context.fillStyle = known.set.colour;
      const x = picture.width / ratio / 2;
      const y = picture.height / ratio / 2;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
      known.pictures.set(text, picture);
    }
    return picture;
  }

  function drawSketch(look, type) {
    const context = look.context;
    for (const item of sketch) {
      if (item.type !== type) continue;
      context.save();
      context.lineJoin = 'round';
      if (type === 'area') drawArea(look, item);
      else if (type === 'circle') drawCircle(look, item);
      else drawSign(look, item);
      context.restore();
    }
  }

  function drawArea(look, item) {
    const context = look.context;
    context.beginPath();
    for (let i = 0; i < item.xy.length; i += 2) {
      context.lineTo(item.xy[i] * look.scale + look.left, look.top - item.xy[i + 1] * look.scale);
    }
    context.closePath();
    context.fillStyle = item.fill;
    context.fill();
    context.strokeStyle = item.stroke;
    context.lineWidth = item.width_px * look.ratio;
    context.stroke();
  }

  function drawCircle(look, item) {
    const context = look.context;
    context.beginPath();
    context.arc(
      item.x * look.scale + look.left, look.top - item.y * look.scale, item.radius_m * look.scale, 0, 2 * Math.PI);
    context.setLineDash(item.dash_px.map((dash) => dash * look.ratio));
    context.strokeStyle = item.stroke;
    context.lineWidth = item.width_px * look.ratio;
    context.stroke();
  }

  function drawSign(look, item) {
    const picture = pictureOf(item.symbol, item.size_px, look.ratio);
    const x = item.x * look.scale + look.left;
    const y = look.top - item.y * look.scale;
    look.context.drawImage(picture, Math.round(x - picture.width / 2), Math.round(y - picture.height / 2));
  }

  // --- messages ---------------------------------------------------------------------------------------

  function fillMarks(set) {
    markSets.set(set.name, {
      set: set,
      xs: Float64Array.from(set.xs),
      ys: Float64Array.from(set.ys),
      kinds: Int16Array.from(set.kinds),
      pictures: [],
      size: 0,
      ratio: 0,
    });
  }

  function grown(Kind, array, length, empty) {
    const longer = new Kind(length).fill(empty);
    longer.set(array);
    return longer;
  }

  const on = {
    Scene: function (scene) {
      document.body.style.backgroundColor = scene.background;
      const given = makePlane(scene.plane);
      if (!map) {
        plane = given;
        makeMap(scene.camera);
      } else if (given.key !== plane.key) {
        plane = given;
        for (const known of tileSets.values()) map.removeLayer(known.layer);
        tileSets.clear();
        map.setView(makeView(scene.camera));
      } else if (scene.camera) {
        go(scene.camera, 0);
      }
      markSets.clear();
      textSets.clear();
      scene.marks.forEach(fillMarks);
      scene.texts.forEach((set) => textSets.set(set.name, { set: set, pictures: new Map(), ratio: 0 }));
      sketch = scene.sketch;
      setTiles(scene.tiles);
    },
    Tiles: function (message) {
      setTiles(message.tiles);
    },
    Marks: function (message) {
      const known = markSets.get(message.name);
      if (!known) return;
      const needed = message.slots.reduce((most, slot) => Math.max(most, slot + 1), 0);
      if (needed > known.kinds.length) {
        const length = Math.max(needed, known.kinds.length * 2);
        known.xs = grown(Float64Array, known.xs, length, 0);
        known.ys = grown(Float64Array, known.ys, length, 0);
        known.kinds = grown(Int16Array, known.kinds, length, -1);
      }
      message.slots.forEach((slot, i) => {
        known.xs[slot] = message.xs[i];
        known.ys[slot] = message.ys[i];
        known.kinds[slot] = message.kinds[i];
      });
    },
    Sketch: function (message) {
      sketch = message.sketch;
    },
    Visible: function (message) {
      for (const sets of [markSets, textSets]) {
        const known = sets.get(message.name);
        if (known) known.set.is_visible = message.is_visible;
      }
    },
    Go: function (message) {
      go(message.camera, message.duration_ms);
    },
  };

  function hear(text) {
    const message = JSON.parse(text);
    if (!map && message.type !== 'Scene') return; // told before the scene: it will be in the scene
    on[message.type](message);
    serial = message.serial;
    isStale = true;
    live.changed();
    map.render();
  }

  new QWebChannel(qt.webChannelTransport, function (channel) {
    seat = channel.objects.seat;
    seat.told.connect(hear);
    tell('Hello', { version: VERSION });
  });
})();
