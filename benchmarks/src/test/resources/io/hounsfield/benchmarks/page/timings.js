// SPDX-License-Identifier: Apache-2.0
// Put into every document before its own scripts: keeps the browser's timings, all in ms since the start of the navigation.
(() => {
  const bench = { elements: {}, events: [], wheels: [], longestTask: 0 };
  window.bench = bench;
  const watch = (type, options, take) => {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...options });
  };
  // Element Timing: when an image stood on the screen.
  watch('element', {}, (e) => {
    bench.elements[e.identifier] ??= e.renderTime || e.loadTime;
  });
  // Event Timing: from the event to the next picture on the screen; in steps of 8 ms, 16 ms or more.
  watch('event', { durationThreshold: 16 }, (e) => {
    if (e.interactionId) {
      bench.events.push([e.interactionId, e.duration]);
    }
  });
  watch('longtask', {}, (e) => {
    bench.longestTask = Math.max(bench.longestTask, e.duration);
  });
  // Wheel events are no part of Event Timing: to the frame after the one that they changed.
  addEventListener('wheel', (e) => {
    requestAnimationFrame(() => requestAnimationFrame(() => bench.wheels.push(performance.now() - e.timeStamp)));
  }, { capture: true, passive: true });
  // The choice of a language may load the page anew; the tab's storage lasts.
  addEventListener('change', (e) => {
    if (e.target.id === 'language') {
      sessionStorage.setItem('bench.chosen', String(performance.timeOrigin + performance.now()));
    }
  }, true);

  /** When that is so and the frame with it is done; WebGL's commands included. */
  bench.when = (condition) => new Promise((found) => {
    const look = () => {
      let is = false;
      try {
        is = condition();
      } catch {
        // not yet
      }
      if (!is) {
        requestAnimationFrame(look);
        return;
      }
      requestAnimationFrame(() => { // after the viewer's own drawing in this frame
        const gl = document.querySelector('.viewer canvas')?.viewer?.nv?.gl;
        gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits for the graphics
        found(performance.now());
      });
    };
    look();
  });

  const stage = (...names) => bench.when(
    () => names.includes(document.querySelector('.viewer canvas').viewer.stage));
  if (location.pathname.startsWith('/analyses/')) {
    bench.numbers = bench.when(() => !document.getElementById('report').hidden);
    bench.coarse = stage('coarse', 'labels', 'full');
    bench.labels = stage('labels', 'full');
    bench.full = stage('full');
  } else if (location.pathname === '/') {
    bench.rows = bench.when(() => document.querySelector('#rows tr'));
  }

  /** The frames of what was just done are over, and what the browser tells of them is here. */
  bench.settled = () => new Promise((done) => {
    const wait = (frames) => requestAnimationFrame(() => (frames ? wait(frames - 1) : setTimeout(done, 150)));
    wait(3);
  });

  bench.sinceChoice = () => performance.timeOrigin + performance.now() - Number(sessionStorage.getItem('bench.chosen'));
})();
