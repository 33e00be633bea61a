// A callback: a function that is passed to another one, which calls it when it has something to tell.

function compute(x, y, callback) {
  callback(x + y);
}

compute(3, 4, (value) => console.log(`The result is: ${value}`));
compute(3, 4, (value) => console.log(`The squared result is: ${value ** 2}`));
